import { defineConfig } from 'drizzle-kit';

export default defineConfig({
  dialect: 'postgresql',
  schema: [
    './src/store/tables.ts',
    './src/store/dataset-tables.ts',
    './src/store/benchmark-tables.ts',
    './src/store/comparison-tables.ts',
  ],
  out: './migrations',
});
