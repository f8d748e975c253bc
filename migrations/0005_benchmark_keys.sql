ALTER TABLE "benchmarks" ADD COLUMN "idempotency_key" text;--> statement-breakpoint
ALTER TABLE "benchmarks" ADD COLUMN "input_digest" text;--> statement-breakpoint
CREATE UNIQUE INDEX "benchmarks_by_idempotency_key" ON "benchmarks" USING btree ("owner","idempotency_key") WHERE "benchmarks"."idempotency_key" is not null;--> statement-breakpoint
ALTER TABLE "benchmarks" ADD CONSTRAINT "benchmarks_idempotent" CHECK (("benchmarks"."idempotency_key" is null) = ("benchmarks"."input_digest" is null));