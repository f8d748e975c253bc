CREATE TABLE "api_keys" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"owner" text NOT NULL,
	"scopes" text[] NOT NULL,
	"secret_hash" text NOT NULL,
	"cost_per_minute" integer,
	"created_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone,
	"revoked_at" timestamp (3) with time zone,
	CONSTRAINT "api_keys_cost" CHECK ("api_keys"."cost_per_minute" > 0)
);
--> statement-breakpoint
CREATE TABLE "client_tokens" (
	"id" uuid PRIMARY KEY NOT NULL,
	"key_id" uuid NOT NULL,
	"secret_hash" text NOT NULL,
	"origins" text[] NOT NULL,
	"cost_budget" integer NOT NULL,
	"cost_spent" integer NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "client_tokens_cost" CHECK ("client_tokens"."cost_spent" between 0 and "client_tokens"."cost_budget")
);
--> statement-breakpoint
ALTER TABLE "runs" ALTER COLUMN "source" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "runs" ALTER COLUMN "prompt_tokens" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "idempotency_key" text;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "input_digest" text;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "cancel_reason" text;--> statement-breakpoint
ALTER TABLE "client_tokens" ADD CONSTRAINT "client_tokens_key_id_api_keys_id_fk" FOREIGN KEY ("key_id") REFERENCES "public"."api_keys"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "api_keys_by_secret" ON "api_keys" USING btree ("secret_hash");--> statement-breakpoint
CREATE UNIQUE INDEX "client_tokens_by_secret" ON "client_tokens" USING btree ("secret_hash");--> statement-breakpoint
CREATE INDEX "client_tokens_by_end" ON "client_tokens" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "runs_by_end" ON "runs" USING btree ("finished_at","id");--> statement-breakpoint
CREATE UNIQUE INDEX "runs_by_idempotency_key" ON "runs" USING btree ("owner","idempotency_key") WHERE "runs"."idempotency_key" is not null;--> statement-breakpoint
ALTER TABLE "runs" ADD CONSTRAINT "runs_cancelled" CHECK ("runs"."cancel_reason" is null or ("runs"."status" = 'CANCELLED' and "runs"."cancel_reason" in ('REQUESTED', 'DISCONNECTED', 'SUPERSEDED', 'DEADLINE', 'SHUTDOWN')));--> statement-breakpoint
ALTER TABLE "runs" ADD CONSTRAINT "runs_idempotent" CHECK (("runs"."idempotency_key" is null) = ("runs"."input_digest" is null));