# A server with the bundled models. Runs as a user without rights; writes to /data and nowhere else.

FROM node:22-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Without scripts: the build comes after, and ONNX Runtime's own script would download CUDA libraries.
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY src src
COPY plugins plugins
COPY schema schema
COPY migrations migrations
RUN npm run build && npm prune --omit=dev --ignore-scripts

FROM node:22-slim
LABEL org.opencontainers.image.title="Lacuna" \
      org.opencontainers.image.description="Fills masked text over GraphQL" \
      org.opencontainers.image.licenses="Apache-2.0"
# Beyond loopback a start needs an API key, which `lacuna keys create` makes, and the names that clients use.
ENV NODE_ENV=production HOST=0.0.0.0 ALLOWED_HOSTS=localhost PORT=4000 DATA_DIR=/data
WORKDIR /app
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json LICENSE CHANGELOG.md ./
COPY datasets datasets
COPY migrations migrations
COPY models models
COPY schema/schema.graphql schema/schema.graphql
RUN ln -s /app/dist/src/cli.js /usr/local/bin/lacuna && install -d -o node -g node -m 0700 /data
USER node
VOLUME /data
EXPOSE 4000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/ready`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["lacuna", "serve"]
