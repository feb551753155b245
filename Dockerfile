# docker build -t source-declarative .                          the connector
# docker build -t source-declarative-manifest --target engine . the engine alone, to build connectors FROM
# `npm run images` pins the base to the exact Node of package-lock.json and its digest, for each processor.
ARG BASE=docker.io/library/node:26-slim
ARG BUILD_BASE=${BASE}

# Runs on the processor of the builder, whichever the image is for: what it makes is the same for all.
FROM --platform=${BUILDPLATFORM} ${BUILD_BASE} AS build
WORKDIR /build
COPY package.json package-lock.json tsconfig.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
COPY manifest.yaml ./
COPY scripts/ scripts/
COPY src/ src/
RUN node scripts/build.ts && node scripts/write-sbom.ts dist/sbom.cdx.json \
 && rm dist/*.map dist/packages.json && mv dist/manifest.yaml.prepared .
# The base has uid 1000 as the user node; the platform and connectors built from this image expect airbyte.
RUN groupmod --new-name airbyte node \
 && usermod --login airbyte --home /airbyte node \
 && mkdir -p /image/etc /image/usr/local/bin /image/usr/local/lib /home/airbyte/integration_code/source_declarative_manifest \
 && cp -p /etc/passwd /etc/group /etc/shadow /etc/gshadow /image/etc/ \
 && cp -r dist /image/usr/local/lib/source-declarative \
 && ln -s ../lib/source-declarative/main.js /image/usr/local/bin/source-declarative \
 && touch /home/airbyte/integration_code/main.py

# Nothing is run here, so that an image for another processor needs no emulation.
FROM --platform=${TARGETPLATFORM} ${BASE} AS engine
ARG BASE
ARG BASE_DIGEST=unknown
ARG VERSION=0.1.0
ARG REVISION=unknown
ARG SOURCE=unknown
COPY --from=build /image/ /
COPY --from=build --chown=1000:1000 /home/airbyte/ /airbyte/
COPY container/bin/ /usr/local/bin/
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
      org.opencontainers.image.base.name="${BASE}" \
      org.opencontainers.image.base.digest="${BASE_DIGEST}" \
      org.opencontainers.image.licenses="MIT"
USER airbyte

FROM engine AS connector
COPY --chown=1000:1000 manifest.yaml /airbyte/integration_code/source_declarative_manifest/
COPY --from=build --chown=1000:1000 /build/manifest.yaml.prepared /airbyte/integration_code/source_declarative_manifest/
LABEL io.airbyte.name="source-declarative" \
      org.opencontainers.image.title="source-declarative" \
      org.opencontainers.image.description="Pulls the datasets and resources of an analytics API"
