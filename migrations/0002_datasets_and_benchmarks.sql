CREATE TABLE "dataset_items" (
	"id" uuid PRIMARY KEY NOT NULL,
	"dataset_id" uuid NOT NULL,
	"ordinal" integer NOT NULL,
	"item_id" text NOT NULL,
	"group_name" text,
	"content" json NOT NULL
);
--> statement-breakpoint
CREATE TABLE "datasets" (
	"id" uuid PRIMARY KEY NOT NULL,
	"owner" text NOT NULL,
	"name" text NOT NULL,
	"title" text NOT NULL,
	"description" text NOT NULL,
	"digest" text NOT NULL,
	"licence" text NOT NULL,
	"source" text NOT NULL,
	"language" text,
	"item_count" integer NOT NULL,
	"is_bundled" boolean NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "benchmark_cells" (
	"id" uuid PRIMARY KEY NOT NULL,
	"benchmark_id" uuid NOT NULL,
	"entrant_id" uuid NOT NULL,
	"masking_name" text NOT NULL,
	"metric" text NOT NULL,
	"likelihood_kind" text,
	"mean" double precision,
	"ordinal" integer NOT NULL,
	"cell" json NOT NULL
);
--> statement-breakpoint
CREATE TABLE "benchmark_entrants" (
	"id" uuid PRIMARY KEY NOT NULL,
	"benchmark_id" uuid NOT NULL,
	"ordinal" integer NOT NULL,
	"label" text NOT NULL,
	"is_imported" boolean NOT NULL,
	"pack_id" text,
	"model_digest" text,
	"vocabulary_digest" text,
	"request" json,
	"settings" json NOT NULL
);
--> statement-breakpoint
CREATE TABLE "benchmark_items" (
	"id" uuid PRIMARY KEY NOT NULL,
	"benchmark_id" uuid NOT NULL,
	"entrant_id" uuid NOT NULL,
	"masking_name" text NOT NULL,
	"item_id" text NOT NULL,
	"ordinal" integer NOT NULL,
	"has_failed" boolean NOT NULL,
	"result" json NOT NULL,
	"run_id" uuid
);
--> statement-breakpoint
CREATE TABLE "benchmarks" (
	"id" uuid PRIMARY KEY NOT NULL,
	"owner" text NOT NULL,
	"name" text,
	"status" text NOT NULL,
	"dataset_id" uuid NOT NULL,
	"item_count" integer NOT NULL,
	"maskings" json NOT NULL,
	"seed" bigint NOT NULL,
	"settings" json NOT NULL,
	"environment" json NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"finished_at" timestamp (3) with time zone,
	"error" json,
	CONSTRAINT "benchmarks_status" CHECK ("benchmarks"."status" in ('QUEUED', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED')),
	CONSTRAINT "benchmarks_finished" CHECK (("benchmarks"."status" in ('QUEUED', 'RUNNING')) = ("benchmarks"."finished_at" is null))
);
--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "benchmark_id" uuid;--> statement-breakpoint
ALTER TABLE "dataset_items" ADD CONSTRAINT "dataset_items_dataset_id_datasets_id_fk" FOREIGN KEY ("dataset_id") REFERENCES "public"."datasets"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "benchmark_cells" ADD CONSTRAINT "benchmark_cells_benchmark_id_benchmarks_id_fk" FOREIGN KEY ("benchmark_id") REFERENCES "public"."benchmarks"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "benchmark_cells" ADD CONSTRAINT "benchmark_cells_entrant_id_benchmark_entrants_id_fk" FOREIGN KEY ("entrant_id") REFERENCES "public"."benchmark_entrants"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "benchmark_entrants" ADD CONSTRAINT "benchmark_entrants_benchmark_id_benchmarks_id_fk" FOREIGN KEY ("benchmark_id") REFERENCES "public"."benchmarks"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "benchmark_items" ADD CONSTRAINT "benchmark_items_benchmark_id_benchmarks_id_fk" FOREIGN KEY ("benchmark_id") REFERENCES "public"."benchmarks"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "benchmark_items" ADD CONSTRAINT "benchmark_items_entrant_id_benchmark_entrants_id_fk" FOREIGN KEY ("entrant_id") REFERENCES "public"."benchmark_entrants"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "benchmarks" ADD CONSTRAINT "benchmarks_dataset_id_datasets_id_fk" FOREIGN KEY ("dataset_id") REFERENCES "public"."datasets"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "dataset_items_by_ordinal" ON "dataset_items" USING btree ("dataset_id","ordinal");--> statement-breakpoint
CREATE UNIQUE INDEX "dataset_items_by_item_id" ON "dataset_items" USING btree ("dataset_id","item_id");--> statement-breakpoint
CREATE UNIQUE INDEX "datasets_by_digest" ON "datasets" USING btree ("owner","digest");--> statement-breakpoint
CREATE INDEX "datasets_by_creation" ON "datasets" USING btree ("owner","created_at","id");--> statement-breakpoint
CREATE UNIQUE INDEX "benchmark_cells_by_ordinal" ON "benchmark_cells" USING btree ("benchmark_id","ordinal");--> statement-breakpoint
CREATE INDEX "benchmark_cells_by_metric" ON "benchmark_cells" USING btree ("masking_name","metric","mean");--> statement-breakpoint
CREATE UNIQUE INDEX "benchmark_entrants_by_ordinal" ON "benchmark_entrants" USING btree ("benchmark_id","ordinal");--> statement-breakpoint
CREATE UNIQUE INDEX "benchmark_entrants_by_label" ON "benchmark_entrants" USING btree ("benchmark_id","label");--> statement-breakpoint
CREATE UNIQUE INDEX "benchmark_items_by_unit" ON "benchmark_items" USING btree ("benchmark_id","entrant_id","masking_name","item_id");--> statement-breakpoint
CREATE INDEX "benchmark_items_by_ordinal" ON "benchmark_items" USING btree ("benchmark_id","ordinal");--> statement-breakpoint
CREATE INDEX "benchmarks_by_creation" ON "benchmarks" USING btree ("owner","created_at","id");--> statement-breakpoint
CREATE INDEX "benchmarks_by_dataset" ON "benchmarks" USING btree ("dataset_id");--> statement-breakpoint
CREATE INDEX "benchmarks_unfinished" ON "benchmarks" USING btree ("id") WHERE "benchmarks"."finished_at" is null;--> statement-breakpoint
ALTER TABLE "runs" ADD CONSTRAINT "runs_benchmark_id_benchmarks_id_fk" FOREIGN KEY ("benchmark_id") REFERENCES "public"."benchmarks"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "runs_by_benchmark" ON "runs" USING btree ("benchmark_id","created_at","id") WHERE "runs"."benchmark_id" is not null;