ALTER TABLE "account" DROP CONSTRAINT "account_kind";--> statement-breakpoint
ALTER TABLE "account" ADD COLUMN "owner_id" uuid;--> statement-breakpoint
ALTER TABLE "account" ADD CONSTRAINT "account_owner_id_account_id_fk" FOREIGN KEY ("owner_id") REFERENCES "public"."account"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "account_owner_name" ON "account" USING btree ("owner_id","name") WHERE "account"."owner_id" is not null;--> statement-breakpoint
ALTER TABLE "account" ADD CONSTRAINT "account_owner" CHECK (("account"."kind" = 'service') = ("account"."owner_id" is not null));--> statement-breakpoint
ALTER TABLE "account" ADD CONSTRAINT "account_service" CHECK ("account"."kind" <> 'service' or ("account"."password_hash" is null and not "account"."is_admin" and "account"."global_role" is null));--> statement-breakpoint
ALTER TABLE "account" ADD CONSTRAINT "account_kind" CHECK ("account"."kind" in ('user', 'organization', 'service'));