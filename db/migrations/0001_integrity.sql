CREATE TABLE "blob_scrub" (
	"blob_id" bigint PRIMARY KEY NOT NULL,
	"key" text COLLATE "C" NOT NULL,
	"stamp" text,
	"offset" bigint NOT NULL,
	"hash_state" jsonb,
	"resume_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "blob" ADD COLUMN "marked_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "blob" ADD COLUMN "mark_reason" text;--> statement-breakpoint
ALTER TABLE "blob" ADD COLUMN "verified_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "tag" ADD COLUMN "last_pulled_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "blob_scrub" ADD CONSTRAINT "blob_scrub_blob_id_blob_id_fk" FOREIGN KEY ("blob_id") REFERENCES "public"."blob"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "blob_marked" ON "blob" USING btree ("marked_at") WHERE "blob"."state" = 'live' and "blob"."marked_at" is not null;--> statement-breakpoint
CREATE INDEX "blob_last_hashed" ON "blob" USING btree (coalesce("verified_at", "created_at")) WHERE "blob"."state" = 'live' and "blob"."marked_at" is null;