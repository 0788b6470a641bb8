CREATE TABLE "periodic_run" (
	"task" text PRIMARY KEY NOT NULL,
	"holder" uuid NOT NULL,
	"held_until" timestamp with time zone NOT NULL,
	"begun_at" timestamp with time zone NOT NULL
);
