/**
 * What every file of `schema/` is given to add its types to one schema.
 */
import type { Service } from '../src/service/service.ts';
import type { Builder } from './builder.ts';
import type { Enums } from './enums.ts';

/** The builder, its enums, and the use cases the resolvers call. */
export type Parts = {
  readonly builder: Builder;
  readonly enums: Enums;
  readonly service: Service;
};
