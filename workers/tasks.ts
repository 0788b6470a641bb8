// The pool's one entry: every task by its name.
export { hash } from "./hash.ts";
export { hashPassword, verifyPassword } from "./password.ts";
