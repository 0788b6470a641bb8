// What is no script and is imported all the same: the bundler makes modules of it.
declare module "*.wasm" {
  const module: WebAssembly.Module;
  export default module;
}
/** A file's bytes, whatever it is: see `[[rules]]` in wrangler.toml. */
declare module "*?data" {
  const bytes: ArrayBuffer;
  export default bytes;
}
