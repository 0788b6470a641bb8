// The version of this program, as package.json has it: where there are no files to read, it has to be known all the same.
export const version = "0.1.0";
