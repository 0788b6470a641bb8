CREATE TABLE "trust_rule" (
	"id" uuid PRIMARY KEY NOT NULL,
	"account_id" uuid NOT NULL,
	"issuer" text COLLATE "C" NOT NULL,
	"audience" text NOT NULL,
	"claims" jsonb NOT NULL,
	"token_seconds" integer NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"last_used_at" timestamp with time zone,
	"expires_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "used_outside_token" (
	"hash" "bytea" PRIMARY KEY NOT NULL,
	"until" timestamp with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "access_token" ADD COLUMN "rule_id" uuid;--> statement-breakpoint
ALTER TABLE "trust_rule" ADD CONSTRAINT "trust_rule_account_id_account_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."account"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "trust_rule_issuer" ON "trust_rule" USING btree ("issuer");--> statement-breakpoint
CREATE INDEX "trust_rule_account" ON "trust_rule" USING btree ("account_id","created_at");--> statement-breakpoint
CREATE INDEX "used_outside_token_until" ON "used_outside_token" USING btree ("until");--> statement-breakpoint
ALTER TABLE "access_token" ADD CONSTRAINT "access_token_rule_id_trust_rule_id_fk" FOREIGN KEY ("rule_id") REFERENCES "public"."trust_rule"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "access_token_rule" ON "access_token" USING btree ("rule_id") WHERE "access_token"."rule_id" is not null;