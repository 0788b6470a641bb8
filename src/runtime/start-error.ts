// What keeps the program from starting, told in one line.

export class StartError extends Error {}
