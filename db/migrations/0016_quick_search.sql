CREATE INDEX "repository_name" ON "repository" USING btree ("name","path") WHERE "repository"."deleted_at" is null;--> statement-breakpoint
-- Going through all names is quick while the pages of the table are known to be visible: every pull that is counted takes that from one.
ALTER TABLE "repository" SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_insert_scale_factor = 0.05);
