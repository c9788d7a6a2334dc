/** Compose projects in the style of what is published everywhere, and what `init` is to make of them. */

export interface PublicProject {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  /** `<service>: <what>`, in the order of the compose file. */
  readonly decisions: readonly string[];
  /** What has to be in the new file. */
  readonly wanted: readonly RegExp[];
}

export const publicProjects: readonly PublicProject[] = [
  {
    name: 'voting',
    files: {
      'docker-compose.yml': `services:
  vote:
    build:
      context: ./vote
      target: dev
    depends_on:
      redis:
        condition: service_healthy
    healthcheck:
      test: ["CMD", "curl", "-f", "http://localhost"]
      interval: 15s
    ports:
      - "8080:80"
    networks: [front-tier, back-tier]
  result:
    build: ./result
    entrypoint: nodemon --inspect=0.0.0.0 server.js
    depends_on: [db]
    ports:
      - "8081:80"
      - "127.0.0.1:9229:9229"
    networks: [front-tier, back-tier]
  worker:
    build:
      context: ./worker
    depends_on: [redis, db]
    networks: [back-tier]
  redis:
    image: redis:7-alpine
    networks: [back-tier]
  db:
    image: postgres:15-alpine
    environment:
      POSTGRES_USER: postgres
    volumes:
      - "db-data:/var/lib/postgresql/data"
    networks: [back-tier]
volumes:
  db-data:
networks:
  front-tier:
  back-tier:
`,
      'vote/Dockerfile': 'FROM python:3.11-slim AS base\nFROM base AS dev\nEXPOSE 80\n',
      'result/Dockerfile': 'FROM node:18-slim\nEXPOSE 80\n',
      'worker/Dockerfile': 'FROM mcr.microsoft.com/dotnet/runtime:7.0\n',
    },
    decisions: [
      'vote: route voting.localhost -> 80',
      'result: route result.voting.localhost -> 80',
      'worker: worker',
      'redis: not swapped',
      'db: not swapped',
    ],
    wanted: [/health: \/$/m, /compose: docker-compose\.yml/, /ports: ignore/],
  },
  {
    name: 'blog',
    files: {
      'compose.yaml': `services:
  db:
    image: mysql:8.0
    command: '--default-authentication-plugin=mysql_native_password'
    volumes: [db_data:/var/lib/mysql]
    restart: always
    environment: [MYSQL_DATABASE=wordpress, MYSQL_USER=wordpress]
    expose: [3306, 33060]
  wordpress:
    image: wordpress:6.4-apache
    volumes: [wp_data:/var/www/html]
    ports: [80:80]
    restart: always
    environment: [WORDPRESS_DB_HOST=db, WORDPRESS_DB_USER=wordpress]
volumes: { db_data: {}, wp_data: {} }
`,
    },
    decisions: ['db: not swapped', 'wordpress: route blog.localhost -> 80'],
    wanted: [/volumes: shared/, /# db/],
  },
  {
    name: 'counter',
    files: {
      'compose.yml': `services:
  redis:
    image: 'redislabs/redismod'
    ports: ['6379:6379']
  web1:
    restart: on-failure
    build: ./web
    hostname: web1
    ports: ['81:5000']
  web2:
    restart: on-failure
    build: ./web
    hostname: web2
    ports: ['82:5000']
  nginx:
    build: ./nginx
    ports: ['80:80']
    depends_on: [web1, web2]
`,
      'web/Dockerfile':
        'FROM node:14.17.3-alpine3.14\nEXPOSE 5000\nHEALTHCHECK CMD wget -qO- http://localhost:5000/health || exit 1\n',
      'nginx/Dockerfile': 'FROM nginx:1.21.6\nCOPY nginx.conf /etc/nginx/conf.d/default.conf\n',
    },
    decisions: [
      'redis: not swapped',
      'web1: route web1.counter.localhost -> 5000',
      'web2: route web2.counter.localhost -> 5000',
      'nginx: route counter.localhost -> 80',
    ],
    wanted: [/health: \/health/],
  },
  {
    name: 'polls',
    files: {
      'docker-compose.yml': `version: "3.9"
x-django: &django
  build: .
  env_file: [.env.docker]
  depends_on: [db, redis]
services:
  web:
    <<: *django
    command: gunicorn polls.wsgi:application --bind 0.0.0.0:8000
    ports: ["8000:8000"]
    stop_grace_period: 20s
    healthcheck:
      test: curl --fail http://127.0.0.1:8000/healthz/ || exit 1
  celery:
    <<: *django
    command: celery -A polls worker -l info
  db:
    image: docker.io/library/postgres:16
    volumes: [postgres_data:/var/lib/postgresql/data]
    healthcheck: { test: pg_isready -U polls }
  redis:
    image: redis:7
volumes:
  postgres_data:
`,
      '.env.docker': 'DJANGO_SETTINGS_MODULE=polls.settings\n',
      Dockerfile: 'FROM python:3.12-slim\n',
    },
    decisions: [
      'web: route polls.localhost -> 8000',
      'celery: worker',
      'db: not swapped',
      'redis: not swapped',
    ],
    wanted: [/health: \/healthz\//, /rollout: \{ drain: 20s \}/],
  },
  {
    name: 'jobs',
    files: {
      'docker-compose.yaml': `services:
  api:
    build: { context: ., dockerfile: cmd/api/Dockerfile }
    environment: { AMQP_URL: amqp://rabbitmq:5672, ADDR: ":8000" }
    ports: [{ target: 8000, published: "8000", protocol: tcp }]
  consumer:
    build: { context: ., dockerfile: cmd/consumer/Dockerfile }
    environment: { AMQP_URL: amqp://rabbitmq:5672 }
    stop_grace_period: 1m
  rabbitmq:
    image: rabbitmq:3.12-management
    ports: ["5672:5672", "15672:15672"]
`,
      'cmd/api/Dockerfile': 'FROM golang:1.22 AS build\nFROM gcr.io/distroless/static\nEXPOSE 8000/tcp\n',
      'cmd/consumer/Dockerfile': 'FROM golang:1.22 AS build\nFROM gcr.io/distroless/static\n',
    },
    decisions: ['api: route jobs.localhost -> 8000', 'consumer: worker', 'rabbitmq: not swapped'],
    wanted: [/worker: \{ drain: 60s \}/],
  },
  {
    name: 'site',
    files: {
      'compose.yaml': `services:
  frontend:
    build: .
    ports: ['3000:80']
`,
      Dockerfile:
        'FROM node:20 AS build\nFROM nginx:alpine\nCOPY --from=build /app/dist /usr/share/nginx/html\n',
    },
    decisions: ['frontend: route site.localhost -> 80'],
    wanted: [/environments:\n {2}dev:\n {4}edge: \{ http: 8080 \}/],
  },
  {
    name: 'behind-traefik',
    files: {
      'docker-compose.yml': `services:
  traefik:
    image: traefik:v2.11
    command: ["--providers.docker"]
    ports: ["80:80", "8080:8080"]
    volumes: ["/var/run/docker.sock:/var/run/docker.sock:ro"]
  web:
    image: registry.example/team/web:1.4.2
    labels:
      - traefik.http.routers.web.rule=Host(\`shop.example\`)
      - traefik.http.services.web.loadbalancer.server.port=3000
  api:
    image: registry.example/team/api:2.0.1
    labels:
      traefik.http.routers.api.rule: Host(\`shop.example\`) && PathPrefix(\`/api/\`)
      traefik.http.services.api.loadbalancer.server.port: "4000"
`,
    },
    decisions: [
      'traefik: not swapped',
      'web: route shop.example -> 3000',
      'api: route shop.example /api -> 4000',
    ],
    wanted: [/http: 8080/],
  },
  {
    name: 'store',
    files: {
      'compose.yaml': `name: Corner Store
services:
  web:
    build: web
    ports: ['127.0.0.1:3000:3000']
    environment:
      ORDERS_URL: http://orders:3002
      CATALOG_URL: \${CATALOG_URL:-http://catalog:3001/v1}
  catalog:
    build: catalog
    expose: ['3001']
    healthcheck: { test: [CMD, wget, -q, -O, /dev/null, 'http://127.0.0.1:3001/ready'] }
  orders:
    build: orders
    environment: [DATABASE_URL=postgres://db/orders]
  db:
    build: db
`,
      'web/Dockerfile': 'FROM node:22-alpine\n',
      'catalog/Dockerfile': 'FROM node:22-alpine\n',
      'orders/Dockerfile': 'FROM node:22-alpine\nEXPOSE 3002\n',
      'db/Dockerfile': 'FROM postgres:16\nCOPY init.sql /docker-entrypoint-initdb.d/\n',
    },
    decisions: [
      'web: route corner-store.localhost -> 3000',
      'catalog: internal, http://catalog:3001',
      'orders: internal, http://orders:3002',
      'db: not swapped',
    ],
    wanted: [/health: \/ready/, /internal: true/],
  },
  {
    name: 'clinic',
    files: {
      'docker-compose.yml': `services:
  app:
    image: springcommunity/clinic:3.2.0
    environment: [SPRING_DATASOURCE_URL=jdbc:mariadb://mariadb/clinic]
    ports: ["9966:9966"]
    healthcheck:
      test: ["CMD-SHELL", "curl -sf http://localhost:9966/actuator/health | grep UP"]
      start_period: 40s
  mariadb:
    image: mariadb:11
    ports: ["3306:3306"]
  adminer:
    image: adminer:4.8.1
    ports: ["8080:8080"]
`,
    },
    decisions: [
      'app: route clinic.localhost -> 9966',
      'mariadb: not swapped',
      'adminer: route adminer.clinic.localhost -> 8080',
    ],
    wanted: [/health: \/actuator\/health/],
  },
  {
    name: 'dashboards',
    files: {
      'compose.yaml': `services:
  grafana:
    image: grafana/grafana:10.4.1
    ports: [{ target: 3000, published: 3000 }]
    environment: { GF_SERVER_ROOT_URL: http://localhost:3000 }
    depends_on: [loki]
  loki:
    image: grafana/loki:2.9.5
    expose: [3100]
    configs: [{ source: loki, target: /etc/loki/local-config.yaml }]
  shipper:
    image: grafana/promtail:2.9.5
    command: -client.url=http://loki:3100/loki/api/v1/push
configs:
  loki:
    file: ./loki.yaml
`,
      'loki.yaml': 'auth_enabled: false\n',
    },
    decisions: [
      'grafana: route dashboards.localhost -> 3000',
      'loki: internal, http://loki:3100',
      'shipper: worker',
    ],
    wanted: [/shipper calls http:\/\/loki:3100/],
  },
  {
    name: 'php',
    files: {
      'docker-compose.yml': `services:
  nginx:
    build: nginx
    ports: ["80:80"]
    depends_on: [app]
  app:
    build: .
  database:
    image: mariadb:10.11
`,
      'nginx/Dockerfile': 'FROM nginx:1.27-alpine\n',
      Dockerfile: 'FROM php:8.3-fpm-alpine\nEXPOSE 9000\n',
    },
    decisions: ['nginx: route php.localhost -> 80', 'app: not swapped', 'database: not swapped'],
    wanted: [/FastCGI|nginx/],
  },
];
