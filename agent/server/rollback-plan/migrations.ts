/** Which files look like changes of a database: going back does not take those back. Pure. */

/** Folders and names that the usual tools keep migrations in. */
const patterns: readonly RegExp[] = [
  // Rails, Django, Laravel, Knex, TypeORM, Prisma, golang-migrate, EF Core, …
  /(^|\/)(db\/)?migrat(e|ions?)\/.+/i,
  // Alembic
  /(^|\/)alembic\/versions\//i,
  // Flyway: V2__name.sql, U2__name.sql, R__name.sql
  /(^|\/)([VU][0-9][0-9._]*|R)__[^/]+\.(sql|java|kt)$/,
  // Liquibase
  /(^|\/)(db\.)?change-?logs?(\/|[^/]*\.(sql|ya?ml|xml|json)$)/i,
  // Schemas that are kept whole
  /(^|\/)(schema|structure)\.(sql|rb|prisma)$/i,
  // 0003_add_column.sql, 20260101120000_add_column.up.sql
  /(^|\/)\d{3,14}[-_][^/]*\.sql$/i,
];

/** Words about a changelog of the project, not of its database. */
const innocent = /(^|\/)change-?logs?\/[^/]*\.(md|txt|rst)$/i;

export function looksLikeMigration(path: string): boolean {
  if (innocent.test(path) || /(^|\/)(test|tests|docs?|node_modules)\//i.test(path)) return false;
  return patterns.some((pattern) => pattern.test(path));
}
