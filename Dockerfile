# docker build -t source-declarative .                          the connector
# docker build -t source-declarative-manifest --target engine . the engine alone, to build connectors FROM
ARG BASE=docker.io/library/node:26-slim

FROM ${BASE} AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY scripts/ scripts/
COPY src/ src/
RUN node scripts/build.ts && rm dist/*.map

FROM ${BASE} AS engine
ARG VERSION=0.1.0
ARG REVISION=unknown
ARG SOURCE=unknown
# The base has uid 1000 as the user node; the platform and connectors built from this image expect airbyte.
RUN groupmod --new-name airbyte node \
 && usermod --login airbyte --home /airbyte node \
 && mkdir -p /airbyte/integration_code/source_declarative_manifest \
 && touch /airbyte/integration_code/main.py \
 && chown -R 1000:1000 /airbyte
COPY container/bin/ /usr/local/bin/
COPY --from=build /build/dist/ /usr/local/lib/source-declarative/
RUN ln -s ../lib/source-declarative/main.js /usr/local/bin/source-declarative
WORKDIR /airbyte/integration_code
ENV AIRBYTE_ENTRYPOINT="/usr/local/bin/node /usr/local/lib/source-declarative/main.js"
ENTRYPOINT ["/usr/local/bin/node", "/usr/local/lib/source-declarative/main.js"]
LABEL io.airbyte.name="source-declarative-manifest" \
      io.airbyte.version="${VERSION}" \
      org.opencontainers.image.title="source-declarative-manifest" \
      org.opencontainers.image.description="Runs Airbyte's declarative manifests" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.source="${SOURCE}" \
      org.opencontainers.image.licenses="MIT"
USER airbyte

FROM engine AS connector
COPY --chown=1000:1000 manifest.yaml /airbyte/integration_code/source_declarative_manifest/manifest.yaml
LABEL io.airbyte.name="source-declarative" \
      org.opencontainers.image.title="source-declarative" \
      org.opencontainers.image.description="Pulls the datasets and resources of an analytics API"
