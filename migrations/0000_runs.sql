CREATE TABLE "run_events" (
	"run_id" uuid PRIMARY KEY NOT NULL,
	"events" json NOT NULL
);
--> statement-breakpoint
CREATE TABLE "runs" (
	"id" uuid PRIMARY KEY NOT NULL,
	"owner" text NOT NULL,
	"store_policy" text NOT NULL,
	"status" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"started_at" timestamp (3) with time zone,
	"finished_at" timestamp (3) with time zone,
	"source" json NOT NULL,
	"decoder_name" text NOT NULL,
	"pack_id" text NOT NULL,
	"model_digest" text NOT NULL,
	"settings" json NOT NULL,
	"seed" bigint NOT NULL,
	"prompt_tokens" json NOT NULL,
	"labels" text[] NOT NULL,
	"outcome" json,
	"error" json,
	CONSTRAINT "runs_store_policy" CHECK ("runs"."store_policy" in ('FULL', 'METADATA', 'NONE')),
	CONSTRAINT "runs_status" CHECK ("runs"."status" in ('QUEUED', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED')),
	CONSTRAINT "runs_seed" CHECK ("runs"."seed" >= 0),
	CONSTRAINT "runs_finished" CHECK (("runs"."status" in ('QUEUED', 'RUNNING')) = ("runs"."finished_at" is null)),
	CONSTRAINT "runs_failed" CHECK (("runs"."status" = 'FAILED') = ("runs"."error" is not null)),
	CONSTRAINT "runs_completed" CHECK ("runs"."status" <> 'COMPLETED' or "runs"."outcome" is not null)
);
--> statement-breakpoint
ALTER TABLE "run_events" ADD CONSTRAINT "run_events_run_id_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."runs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "runs_by_creation" ON "runs" USING btree ("owner","created_at","id");--> statement-breakpoint
CREATE INDEX "runs_by_status" ON "runs" USING btree ("owner","status","created_at","id");--> statement-breakpoint
CREATE INDEX "runs_unfinished" ON "runs" USING btree ("id") WHERE "runs"."finished_at" is null;