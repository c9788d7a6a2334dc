/**
 * Ten compose projects in the styles people have, small enough to be deployed in tests. `BASE` is an image with Node; what
 * is called like a public image (`tidegate-test/postgres:16`) is made of it (`standIns`).
 */

export interface ComposeProject {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  /** What answers from outside: host -> a part of what it says. */
  readonly answers: Readonly<Record<string, string>>;
}

/** Says who it is; where it is told to, also what others and files say. */
const app = `import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
const { PORT = 3000, SAYS = 'app', CALLS, FILE } = process.env;
createServer(async (request, response) => {
  if (request.url === '/healthz') return response.end('fine');
  const called = CALLS ? await fetch(CALLS).then((answer) => answer.text(), String) : '';
  response.end([SAYS, FILE ? readFileSync(FILE, 'utf8').trim() : '', called].join(' '));
}).listen(Number(PORT));
process.on('SIGTERM', () => process.exit(0));
`;
const worker = `setInterval(() => undefined, 1000);
process.on('SIGTERM', () => process.exit(0));
`;
const dockerfile = `FROM BASE
WORKDIR /app
COPY . .
CMD ["node", "app.mjs"]
`;
const service = { 'app.mjs': app, 'worker.mjs': worker, Dockerfile: dockerfile } as const;

/** Of public images, what the projects need: something that listens, or serves files. */
export const standIns: Readonly<Record<string, string>> = {
  'postgres:16':
    "require('net').createServer((s) => s.on('error', () => 0).end()).listen(5432); process.on('SIGTERM', () => process.exit(0));",
  'redis:7':
    "require('net').createServer((s) => s.on('error', () => 0).end()).listen(6379); process.on('SIGTERM', () => process.exit(0));",
  'nginx:1.27': `const { readFileSync } = require('fs');
const port = /listen (\\d+)/.exec(readFileSync('/etc/nginx/conf.d/default.conf', 'utf8'))[1];
require('http').createServer((q, a) => a.end(readFileSync('/usr/share/nginx/html/index.html'))).listen(Number(port));
process.on('SIGTERM', () => process.exit(0));`,
};

const dependent = `services:
  web:
    build: .
    # the site
    ports:
      - "8000:8000"
    environment:
      - PORT=8000
      - SAYS=notes
      - DATABASE_URL=postgres://postgres:\${POSTGRES_PASSWORD:-example}@db:5432/notes
    depends_on:
      db:
        condition: service_healthy
    restart: unless-stopped
  db:
    image: tidegate-test/postgres:16
    restart: unless-stopped
    environment:
      POSTGRES_PASSWORD: \${POSTGRES_PASSWORD:-example}
    volumes:
      - pgdata:/var/lib/postgresql/data
    healthcheck:
      test: ["CMD-SHELL", "node -e \\"require('net').connect(5432, 'localhost').on('connect', () => process.exit(0)).on('error', () => process.exit(1))\\""]
      interval: 1s
      timeout: 5s
      retries: 10
volumes:
  pgdata:
`;

const queue = `version: "3.9"
x-app: &app
  build: .
  env_file: [.env.app]
  depends_on: [redis]
  stop_grace_period: 5s
services:
  api:
    <<: *app
    ports: ["\${API_PORT}:3000"]
    healthcheck:
      test: ["CMD", "node", "-e", "fetch('http://localhost:3000/healthz').then((a) => process.exit(a.ok ? 0 : 1))"]
      interval: 1s
  jobs:
    <<: *app
    command: node worker.mjs
  redis:
    image: tidegate-test/redis:7
`;

const fixed = `services:
  nginx:
    image: tidegate-test/nginx:1.27
    ports: ["8081:8081"]
    volumes:
      - ./nginx/default.conf:/etc/nginx/conf.d/default.conf:ro # the server
      - ./site/index.html:/usr/share/nginx/html/index.html:ro
    restart: always
`;

const layered = {
  'docker-compose.yml': `services:
  web:
    build: .
    ports: ["3000:3000"]
    environment: { SAYS: laptop }
`,
  'docker-compose.override.yml': `services:
  web:
    volumes: ["./:/app"]
    command: node --watch app.mjs
`,
  'docker-compose.prod.yml': `services:
  web:
    environment: { SAYS: live }
    deploy: { replicas: 2 }
`,
};

const ports = `services:
  web:
    build: .
    environment: { PORT: 80, SAYS: web }
    ports:
      - target: 80
        published: 8088
        protocol: tcp
        mode: host
  admin:
    build: .
    environment: { PORT: 3001, SAYS: admin }
    ports: ["127.0.0.1:3001:3001/tcp", "9229:9229"]
  range:
    build: .
    environment: { PORT: 4000, SAYS: range }
    ports: ["4000-4001:4000-4001"]
    expose: ["4000"]
`;

const laptop = `services:
  web:
    container_name: web
    build: .
    platform: linux/amd64
    environment: { SAYS: web, CALLS: "http://api:3000/" }
    links: [api]
    mem_limit: 256m
    cpus: 0.5
    ports: ["3000:3000"]
  api:
    container_name: api
    build: .
    environment: { SAYS: api }
    expose: ["3000"]
  adminer:
    image: adminer:4
    profiles: [debug]
    ports: ["8089:8080"]
`;

const monorepo = `name: Mono Repo
services:
  site:
    build:
      context: .
      dockerfile: docker/app.Dockerfile
      target: runtime
      args:
        SERVICE: site
        VERSION: \${VERSION:-1}
    ports: ["\${PORT:-3000}:3000"]
  api:
    build: { context: ., dockerfile: docker/app.Dockerfile, target: runtime, args: [SERVICE=api, VERSION] }
    ports: ["3002:3000"]
`;

const tiers = `services:
  frontend:
    build: ./frontend
    environment: { SAYS: frontend, CALLS: "http://backend:3000/" }
    ports: ["80:3000"]
    networks: [front, back]
  backend:
    build: ./backend
    environment: { SAYS: backend }
    networks: [back]
networks:
  front:
    driver: bridge
  back:
    name: tiers-back
    driver: bridge # one machine
`;

const configured = `services:
  web:
    build: .
    environment: { FILE: /etc/app.conf, SAYS: web }
    ports: ["3000:3000"]
    configs:
      - source: app
        target: /etc/app.conf
    secrets: [token]
configs:
  app:
    file: ./config/app.conf
secrets:
  token:
    file: ./secrets/token.txt
`;

const stack = `version: "3.8"
x-logging: &logging
  driver: json-file
  options: { max-size: "1m" }
services:
  web:
    build: .
    hostname: web
    environment:
      SAYS: stack
    ports: ["3000:3000"]
    stop_grace_period: 15s
    logging: *logging
    tmpfs: [/tmp]
    ulimits: { nofile: { soft: 1024, hard: 2048 } }
    extra_hosts: ["elsewhere.example:127.0.0.1"]
    deploy:
      replicas: 2
      resources: { limits: { memory: 128M } }
      restart_policy: { condition: on-failure }
      update_config: { parallelism: 1, order: start-first }
      placement: { constraints: [node.role == manager] }
    healthcheck:
      test: >-
        node -e "fetch('http://127.0.0.1:3000/healthz').then((a) => process.exit(a.ok ? 0 : 1))"
      interval: 1s
      start_period: 5s
`;

const built = (folder: string): Readonly<Record<string, string>> => ({
  [`${folder}/app.mjs`]: app,
  [`${folder}/Dockerfile`]: dockerfile,
});

export const composeProjects: readonly ComposeProject[] = [
  {
    name: 'notes',
    files: { 'compose.yaml': dependent, ...service },
    answers: { 'notes.localhost': 'notes' },
  },
  {
    name: 'queue',
    files: {
      ...{ 'docker-compose.yml': queue, '.env': 'API_PORT=3000\n', '.env.app': 'SAYS=queue\n' },
      ...service,
    },
    answers: { 'queue.localhost': 'queue' },
  },
  {
    name: 'static',
    files: {
      'compose.yaml': fixed,
      'nginx/default.conf': 'server { listen 8081; root /usr/share/nginx/html; }\n',
      'site/index.html': '<h1>static</h1>\n',
    },
    answers: { 'static.localhost': '<h1>static</h1>' },
  },
  { name: 'layered', files: { ...layered, ...service }, answers: { 'layered.localhost': 'live' } },
  {
    name: 'ports',
    files: { 'compose.yaml': ports, ...service },
    answers: { 'ports.localhost': 'web', 'admin.ports.localhost': 'admin', 'range.ports.localhost': 'range' },
  },
  {
    name: 'laptop',
    files: { 'docker-compose.yaml': laptop, ...service },
    answers: { 'laptop.localhost': 'web  api' },
  },
  {
    name: 'monorepo',
    files: {
      'compose.yml': monorepo,
      'docker/app.Dockerfile': `ARG RUNTIME=BASE
FROM $RUNTIME AS source
COPY services /services
FROM $RUNTIME AS runtime
ARG SERVICE
COPY --from=source /services/$SERVICE /app
ENV SAYS=$SERVICE
EXPOSE 3000
CMD ["node", "/app/app.mjs"]
`,
      'services/site/app.mjs': app,
      'services/api/app.mjs': app,
    },
    answers: { 'mono-repo.localhost': 'site', 'api.mono-repo.localhost': 'api' },
  },
  {
    name: 'tiers',
    files: { 'compose.yaml': tiers, ...built('frontend'), ...built('backend') },
    answers: { 'tiers.localhost': 'frontend  backend' },
  },
  {
    name: 'configured',
    files: {
      ...{ 'compose.yaml': configured, 'config/app.conf': 'colour=blue\n', '.gitignore': 'secrets/\n' },
      ...{ 'secrets/token.txt': 'open-sesame\n', ...service },
    },
    answers: { 'configured.localhost': 'colour=blue' },
  },
  {
    name: 'stack',
    files: { 'docker-stack.yml': stack, ...service },
    answers: { 'stack.localhost': 'stack' },
  },
];
