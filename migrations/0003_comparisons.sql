CREATE TABLE "comparisons" (
	"id" uuid PRIMARY KEY NOT NULL,
	"owner" text NOT NULL,
	"source" json NOT NULL,
	"entrants" json NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "comparison_id" uuid;--> statement-breakpoint
CREATE INDEX "comparisons_by_creation" ON "comparisons" USING btree ("owner","created_at","id");--> statement-breakpoint
ALTER TABLE "runs" ADD CONSTRAINT "runs_comparison_id_comparisons_id_fk" FOREIGN KEY ("comparison_id") REFERENCES "public"."comparisons"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "runs_by_comparison" ON "runs" USING btree ("comparison_id") WHERE "runs"."comparison_id" is not null;