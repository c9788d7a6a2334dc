/** The parts of the Admin API's answers that are read. Everything else in them is passed over. */
import * as z from 'zod';

export const projectEnvironments = z.object({
  environments: z.array(z.object({ name: z.string(), visible: z.boolean().optional() })),
});

const moment = z.string().nullable().optional();

export const strategy = z.object({
  id: z.string(),
  name: z.string(),
  parameters: z.record(z.string(), z.unknown()).optional(),
  constraints: z.array(z.unknown()).optional(),
  variants: z
    .array(z.object({ name: z.string(), payload: z.object({ type: z.string() }).optional() }))
    .optional(),
  /** Ids. */
  segments: z.array(z.number()).optional(),
  disabled: z.boolean().nullable().optional(),
});
export type Strategy = z.infer<typeof strategy>;

const aboutFlag = {
  name: z.string(),
  description: z.string().nullable().optional(),
  type: z.string().optional(),
  stale: z.boolean().optional(),
};

/** One page of `/search/features`; its environments tell nothing of shares. */
export const searchPage = z.object({
  features: z.array(
    z.object({
      ...aboutFlag,
      environments: z.array(z.object({ name: z.string(), enabled: z.boolean(), lastSeenAt: moment })),
    }),
  ),
  total: z.number(),
});
export type FoundFlag = z.infer<typeof searchPage>['features'][number];

/** `/features-batch/export`: the one question that all strategies of an environment are the answer to. */
export const exported = z.object({
  featureStrategies: z.array(z.object({ ...strategy.shape, featureName: z.string() })),
});

/** One flag, with the strategies of each environment. `/environments/{e}` of it leaves segments out. */
export const oneFlag = z.object({
  ...aboutFlag,
  environments: z.array(
    z.object({ name: z.string(), enabled: z.boolean(), lastSeenAt: moment, strategies: z.array(strategy) }),
  ),
});
export type OneFlag = z.infer<typeof oneFlag>;

export const segmentList = z.object({
  segments: z.array(
    z.object({
      id: z.number(),
      name: z.string(),
      description: z.string().nullable().optional(),
      constraints: z.array(z.unknown()).optional(),
    }),
  ),
});
export type Segments = z.infer<typeof segmentList>['segments'];
