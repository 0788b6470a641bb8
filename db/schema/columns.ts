// Column types that PostgreSQL has and drizzle has not.
import { customType } from "drizzle-orm/pg-core";

/** Text compared byte by byte, as the registry's lists are ordered. */
export const textC = customType<{ data: string; driverData: string }>({ dataType: () => 'text COLLATE "C"' });

/** Raw bytes. */
export const bytea = customType<{ data: Uint8Array; driverData: Uint8Array }>({ dataType: () => "bytea" });

/** A transaction's id: the order in which events become visible. */
export const xid8 = customType<{ data: string; driverData: string }>({ dataType: () => "xid8" });
