CREATE TABLE "manifest_detail" (
	"repository_id" uuid NOT NULL,
	"digest" text COLLATE "C" NOT NULL,
	"status" text NOT NULL,
	"os" text,
	"os_version" text,
	"architecture" text,
	"variant" text,
	"author" text,
	"created" text,
	"size_bytes" bigint,
	"lines" jsonb,
	"platforms" jsonb,
	CONSTRAINT "manifest_detail_repository_id_digest_pk" PRIMARY KEY("repository_id","digest")
);
--> statement-breakpoint
ALTER TABLE "manifest" ADD COLUMN "describe_at" timestamp with time zone DEFAULT '-infinity';--> statement-breakpoint
ALTER TABLE "manifest_detail" ADD CONSTRAINT "manifest_detail_manifest" FOREIGN KEY ("repository_id","digest") REFERENCES "public"."manifest"("repository_id","digest") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "manifest_to_describe" ON "manifest" USING btree ("describe_at") WHERE "manifest"."describe_at" is not null;