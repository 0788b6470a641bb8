CREATE TABLE "checkpoint_key" (
	"kid" text PRIMARY KEY NOT NULL,
	"public_jwk" jsonb NOT NULL,
	"mark" "bytea" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "event_checkpoint" (
	"id" bigint PRIMARY KEY NOT NULL,
	"from_transaction" "xid8" NOT NULL,
	"to_transaction" "xid8" NOT NULL,
	"count" integer NOT NULL,
	"row_hashes" "bytea",
	"signed" text NOT NULL,
	"sealed_at" timestamp with time zone NOT NULL,
	"dropped_at" timestamp with time zone
);
--> statement-breakpoint
ALTER TABLE "event" ADD COLUMN "actor_name" text COLLATE "C";--> statement-breakpoint
ALTER TABLE "event" ADD COLUMN "credential" text;--> statement-breakpoint
ALTER TABLE "event" ADD COLUMN "address" text;