ALTER TABLE "access_grant" DROP CONSTRAINT "access_grant_what";--> statement-breakpoint
ALTER TABLE "access_token" ADD COLUMN "scopes" jsonb;--> statement-breakpoint
ALTER TABLE "access_grant" ADD COLUMN "pattern" text COLLATE "C";--> statement-breakpoint
ALTER TABLE "access_grant" ADD COLUMN "expires_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "access_grant" ADD CONSTRAINT "access_grant_what" UNIQUE NULLS NOT DISTINCT("team_id","user_id","namespace_id","repository_id","pattern");--> statement-breakpoint
ALTER TABLE "access_grant" ADD CONSTRAINT "access_grant_pattern" CHECK ("access_grant"."pattern" is null or "access_grant"."repository_id" is null);