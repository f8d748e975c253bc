ALTER TABLE "comparisons" ADD COLUMN "idempotency_key" text;--> statement-breakpoint
ALTER TABLE "comparisons" ADD COLUMN "input_digest" text;--> statement-breakpoint
CREATE UNIQUE INDEX "comparisons_by_idempotency_key" ON "comparisons" USING btree ("owner","idempotency_key") WHERE "comparisons"."idempotency_key" is not null;--> statement-breakpoint
ALTER TABLE "comparisons" ADD CONSTRAINT "comparisons_idempotent" CHECK (("comparisons"."idempotency_key" is null) = ("comparisons"."input_digest" is null));