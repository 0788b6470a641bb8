// WebAssembly that is imported is a module: the bundler makes it so.
declare module "*.wasm" {
  const module: WebAssembly.Module;
  export default module;
}
