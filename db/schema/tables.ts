// Every table, as drizzle wants to be given them.
export * from "./account.ts";
export * from "./blob.ts";
export * from "./events/checkpoint.ts";
export * from "./events/event.ts";
export * from "./installation.ts";
export * from "./manifest.ts";
export * from "./manifest-detail.ts";
export * from "./organization.ts";
export * from "./periodic.ts";
export * from "./repository.ts";
export * from "./second-factor.ts";
export * from "./session.ts";
export * from "./trust-rule.ts";
export * from "./upload.ts";
