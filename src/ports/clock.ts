// What the rules need to know of time.

/** The time that counts: on servers it follows the database's clock, in tests it is moved by hand. */
export interface Clock {
  now(): Date;
}
