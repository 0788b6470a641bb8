CREATE TABLE "account" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text COLLATE "C" NOT NULL,
	"kind" text NOT NULL,
	"full_name" text DEFAULT '' NOT NULL,
	"is_admin" boolean DEFAULT false NOT NULL,
	"is_active" boolean DEFAULT true NOT NULL,
	"password_hash" text,
	"password_changed_at" timestamp with time zone,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "account_name_unique" UNIQUE("name"),
	CONSTRAINT "account_kind" CHECK ("account"."kind" in ('user', 'organization'))
);
--> statement-breakpoint
CREATE TABLE "refresh_token" (
	"hash" "bytea" PRIMARY KEY NOT NULL,
	"account_id" uuid NOT NULL,
	"client_id" text DEFAULT '' NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"last_used_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "blob" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "blob_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"key" text COLLATE "C" NOT NULL,
	"state" text DEFAULT 'writing' NOT NULL,
	"size_bytes" bigint DEFAULT 0 NOT NULL,
	"stamp" text,
	"created_at" timestamp with time zone NOT NULL,
	"removable_at" timestamp with time zone,
	CONSTRAINT "blob_key_unique" UNIQUE("key"),
	CONSTRAINT "blob_id_state" UNIQUE("id","state"),
	CONSTRAINT "blob_state" CHECK ("blob"."state" in ('writing', 'live', 'condemned'))
);
--> statement-breakpoint
CREATE TABLE "blob_digest" (
	"algorithm" text COLLATE "C" NOT NULL,
	"hex" text COLLATE "C" NOT NULL,
	"blob_id" bigint NOT NULL,
	"blob_state" text DEFAULT 'live' NOT NULL,
	CONSTRAINT "blob_digest_hex_algorithm_pk" PRIMARY KEY("hex","algorithm"),
	CONSTRAINT "blob_digest_live" CHECK ("blob_digest"."blob_state" = 'live')
);
--> statement-breakpoint
CREATE TABLE "link" (
	"repository_id" uuid NOT NULL,
	"blob_id" bigint NOT NULL,
	"blob_state" text DEFAULT 'live' NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "link_repository_id_blob_id_pk" PRIMARY KEY("repository_id","blob_id"),
	CONSTRAINT "link_live" CHECK ("link"."blob_state" = 'live')
);
--> statement-breakpoint
CREATE TABLE "event" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "event_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"transaction" "xid8" DEFAULT pg_current_xact_id() NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"type" text NOT NULL,
	"actor_id" uuid,
	"repository_id" uuid,
	"object" text COLLATE "C" NOT NULL,
	"detail" jsonb DEFAULT '{}'::jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "installation" (
	"single" boolean PRIMARY KEY DEFAULT true NOT NULL,
	"id" uuid NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "installation_single" CHECK ("installation"."single")
);
--> statement-breakpoint
CREATE TABLE "setting" (
	"name" text PRIMARY KEY NOT NULL,
	"value" jsonb NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "signing_key" (
	"kid" text PRIMARY KEY NOT NULL,
	"public_jwk" jsonb NOT NULL,
	"private_sealed" "bytea" NOT NULL,
	"seal_version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"retired_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "manifest" (
	"repository_id" uuid NOT NULL,
	"digest" text COLLATE "C" NOT NULL,
	"media_type" text NOT NULL,
	"size_bytes" integer NOT NULL,
	"artifact_type" text,
	"config_media_type" text,
	"subject" text COLLATE "C",
	"annotations" jsonb NOT NULL,
	"pushed_by" uuid,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "manifest_repository_id_digest_pk" PRIMARY KEY("repository_id","digest")
);
--> statement-breakpoint
CREATE TABLE "manifest_bytes" (
	"digest" text COLLATE "C" PRIMARY KEY NOT NULL,
	"bytes" "bytea" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "manifest_edge" (
	"repository_id" uuid NOT NULL,
	"parent" text COLLATE "C" NOT NULL,
	"position" integer NOT NULL,
	"kind" text NOT NULL,
	"digest" text COLLATE "C" NOT NULL,
	"media_type" text NOT NULL,
	"size_bytes" bigint NOT NULL,
	"blob_id" bigint,
	"child" text COLLATE "C",
	CONSTRAINT "manifest_edge_repository_id_parent_position_pk" PRIMARY KEY("repository_id","parent","position")
);
--> statement-breakpoint
CREATE TABLE "tag" (
	"repository_id" uuid NOT NULL,
	"name" text COLLATE "C" NOT NULL,
	"digest" text COLLATE "C" NOT NULL,
	"pushed_by" uuid,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	CONSTRAINT "tag_repository_id_name_pk" PRIMARY KEY("repository_id","name")
);
--> statement-breakpoint
CREATE TABLE "repository" (
	"id" uuid PRIMARY KEY NOT NULL,
	"account_id" uuid NOT NULL,
	"name" text COLLATE "C" NOT NULL,
	"path" text COLLATE "C" NOT NULL,
	"kind" text DEFAULT 'local' NOT NULL,
	"visibility" text DEFAULT 'private' NOT NULL,
	"short_description" text DEFAULT '' NOT NULL,
	"long_description" text DEFAULT '' NOT NULL,
	"immutable_tags" boolean DEFAULT false NOT NULL,
	"sparse" boolean DEFAULT false NOT NULL,
	"pulls" integer DEFAULT 0 NOT NULL,
	"pushes" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"deleted_at" timestamp with time zone,
	CONSTRAINT "repository_kind" CHECK ("repository"."kind" in ('local', 'mirror', 'cache')),
	CONSTRAINT "repository_visibility" CHECK ("repository"."visibility" in ('public', 'private'))
);
--> statement-breakpoint
CREATE TABLE "upload" (
	"id" uuid PRIMARY KEY NOT NULL,
	"repository_id" uuid NOT NULL,
	"account_id" uuid,
	"blob_id" bigint NOT NULL,
	"offset" bigint DEFAULT 0 NOT NULL,
	"store_state" jsonb,
	"hash_state" jsonb,
	"algorithm" text,
	"writer" uuid,
	"lease_until" timestamp with time zone,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "refresh_token" ADD CONSTRAINT "refresh_token_account_id_account_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."account"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "blob_digest" ADD CONSTRAINT "blob_digest_blob_live" FOREIGN KEY ("blob_id","blob_state") REFERENCES "public"."blob"("id","state") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "link" ADD CONSTRAINT "link_repository_id_repository_id_fk" FOREIGN KEY ("repository_id") REFERENCES "public"."repository"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "link" ADD CONSTRAINT "link_blob_live" FOREIGN KEY ("blob_id","blob_state") REFERENCES "public"."blob"("id","state") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "manifest" ADD CONSTRAINT "manifest_repository_id_repository_id_fk" FOREIGN KEY ("repository_id") REFERENCES "public"."repository"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "manifest" ADD CONSTRAINT "manifest_digest_manifest_bytes_digest_fk" FOREIGN KEY ("digest") REFERENCES "public"."manifest_bytes"("digest") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "manifest_edge" ADD CONSTRAINT "manifest_edge_parent" FOREIGN KEY ("repository_id","parent") REFERENCES "public"."manifest"("repository_id","digest") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "manifest_edge" ADD CONSTRAINT "manifest_edge_blob" FOREIGN KEY ("repository_id","blob_id") REFERENCES "public"."link"("repository_id","blob_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "manifest_edge" ADD CONSTRAINT "manifest_edge_child" FOREIGN KEY ("repository_id","child") REFERENCES "public"."manifest"("repository_id","digest") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tag" ADD CONSTRAINT "tag_manifest" FOREIGN KEY ("repository_id","digest") REFERENCES "public"."manifest"("repository_id","digest") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "repository" ADD CONSTRAINT "repository_account_id_account_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."account"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "upload" ADD CONSTRAINT "upload_repository_id_repository_id_fk" FOREIGN KEY ("repository_id") REFERENCES "public"."repository"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "upload" ADD CONSTRAINT "upload_blob_id_blob_id_fk" FOREIGN KEY ("blob_id") REFERENCES "public"."blob"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "refresh_token_account" ON "refresh_token" USING btree ("account_id");--> statement-breakpoint
CREATE INDEX "refresh_token_last_used" ON "refresh_token" USING btree ("last_used_at");--> statement-breakpoint
CREATE INDEX "blob_removable" ON "blob" USING btree ("removable_at") WHERE "blob"."state" = 'condemned';--> statement-breakpoint
CREATE INDEX "blob_digest_blob" ON "blob_digest" USING btree ("blob_id");--> statement-breakpoint
CREATE INDEX "link_blob" ON "link" USING btree ("blob_id");--> statement-breakpoint
CREATE INDEX "event_order" ON "event" USING btree ("transaction","id");--> statement-breakpoint
CREATE INDEX "event_repository" ON "event" USING btree ("repository_id","id");--> statement-breakpoint
CREATE INDEX "manifest_subject" ON "manifest" USING btree ("repository_id","subject","digest");--> statement-breakpoint
CREATE INDEX "manifest_bytes_of" ON "manifest" USING btree ("digest");--> statement-breakpoint
CREATE INDEX "manifest_edge_blob" ON "manifest_edge" USING btree ("repository_id","blob_id");--> statement-breakpoint
CREATE INDEX "manifest_edge_child" ON "manifest_edge" USING btree ("repository_id","child");--> statement-breakpoint
CREATE INDEX "tag_digest" ON "tag" USING btree ("repository_id","digest");--> statement-breakpoint
CREATE UNIQUE INDEX "repository_path" ON "repository" USING btree ("path") WHERE "repository"."deleted_at" is null;--> statement-breakpoint
CREATE INDEX "repository_account" ON "repository" USING btree ("account_id","path");--> statement-breakpoint
CREATE INDEX "repository_deleted" ON "repository" USING btree ("deleted_at") WHERE "repository"."deleted_at" is not null;--> statement-breakpoint
CREATE INDEX "upload_updated" ON "upload" USING btree ("updated_at");--> statement-breakpoint
CREATE INDEX "upload_account" ON "upload" USING btree ("account_id");--> statement-breakpoint
CREATE INDEX "upload_repository" ON "upload" USING btree ("repository_id");--> statement-breakpoint
CREATE INDEX "upload_blob" ON "upload" USING btree ("blob_id");