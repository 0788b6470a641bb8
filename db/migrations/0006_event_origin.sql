ALTER TABLE "event" ADD COLUMN "actor_name" text COLLATE "C";--> statement-breakpoint
ALTER TABLE "event" ADD COLUMN "credential" text;--> statement-breakpoint
ALTER TABLE "event" ADD COLUMN "address" text;