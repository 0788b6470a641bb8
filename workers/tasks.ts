// The pool's one entry: every task by its name.
export { writeFiles } from "./files.ts";
export { hash } from "./hash.ts";
export { hashPassword, verifyPassword } from "./password.ts";
