/** Which services are no part of a release, told by their images. */
import { nameOf } from '../health-probe.ts';

/** Keep data, or hold what others wait for: they run beside the releases and are never swapped. */
const backing: Readonly<Record<string, RegExp>> = {
  'a database':
    /^(?:postgres|postgresql(?:-repmgr)?|postgis|timescaledb|pgvector|mysql|mysql-server|mariadb|percona|mongo|mongodb|couchdb|couchbase|cassandra|scylla|clickhouse|clickhouse-server|cockroach|neo4j|influxdb|rethinkdb|arangodb|surrealdb|questdb)$/,
  'a cache': /^(?:redis[a-z-]*|valkey|keydb|dragonfly|memcached)$/,
  'a broker':
    /^(?:rabbitmq|nats|nats-streaming|kafka|cp-kafka|cp-server|redpanda|zookeeper|cp-zookeeper|activemq|activemq-artemis|eclipse-mosquitto|mosquitto|emqx|pulsar|nsq|beanstalkd)$/,
  'a search engine': /^(?:elasticsearch|opensearch|meilisearch|typesense|solr|qdrant|weaviate|milvus)$/,
  'a store': /^(?:minio|seaweedfs|etcd|consul|vault)$/,
};

const wholeNames: readonly (readonly [RegExp, string])[] = [
  [/(?:^|\/)mssql\/server(?::|@|$)/, 'a database'],
  [/(?:^|\/)gvenzl\/oracle-/, 'a database'],
];

/** `undefined`: not known. */
export function backingKind(image: string): string | undefined {
  const name = nameOf(image);
  const whole = wholeNames.find(([pattern]) => pattern.test(image))?.[1];
  return whole ?? Object.entries(backing).find(([, pattern]) => pattern.test(name))?.[0];
}

/** Proxies that find their services by asking the engine: the edge takes their place. */
export function isDiscoveringProxy(image: string): boolean {
  return /^(?:traefik|nginx-proxy|docker-gen|swarm-cronjob|caddy-docker-proxy)$/.test(nameOf(image));
}

/** PHP's process manager speaks FastCGI, which no HTTP edge can ask. */
export function speaksFastCgi(image: string): boolean {
  return /:[^/]*fpm/.test(image);
}

/** Ports that are asked in another language than HTTP, or by developers only. */
const otherPorts = new Set([
  ...[20, 21, 22, 23, 25, 53, 110, 111, 123, 143, 389, 465, 587, 636, 993, 995, 1025, 1433, 1521, 1883, 2049],
  ...[
    2181, 2375, 2376, 3306, 4222, 5005, 5432, 5672, 5678, 6379, 8883, 9042, 9092, 9229, 11211, 27017, 35729,
  ],
]);

export function isHttpPort(port: number): boolean {
  return !otherPorts.has(port);
}
