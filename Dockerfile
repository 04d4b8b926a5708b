# syntax=docker/dockerfile:1

# The gateway in a container with nothing else in it. For several kinds of boards at once:
#
#   docker buildx build --platform linux/amd64,linux/arm64,linux/arm/v7,linux/arm/v6 -t mqttsn-gateway .
#
# docs/install.md tells how to run it.

FROM --platform=$BUILDPLATFORM golang:1.26 AS build
ARG TARGETARCH TARGETVARIANT VERSION=0.1.0-dev
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN make cross-$TARGETARCH$TARGETVARIANT VERSION=$VERSION && mv bin/linux-$TARGETARCH$TARGETVARIANT /out && mkdir /data

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /out/mqttsn-gateway /out/mqttsn /usr/bin/
# The user has no name, and needs none. A volume that is made for /data belongs to it.
COPY --from=build --chown=65532:65532 /data /data
USER 65532:65532
VOLUME /data
# Inside, loopback is the container itself: MQTT clients come from outside. Without a password nobody is let in from there
# unless MQTTSN_GATEWAY_MQTT_ANONYMOUS says so. The page stays inside, for the health check; it needs a token to be shown
# outside.
ENV MQTTSN_GATEWAY_DATA=/data \
    MQTTSN_GATEWAY_MQTT_LISTENERS_0_LISTEN=:1883 \
    MQTTSN_GATEWAY_HTTP_LISTEN=127.0.0.1:8080
EXPOSE 1884/udp 1883/tcp
HEALTHCHECK --interval=30s --start-period=10s CMD ["/usr/bin/mqttsn-gateway", "status"]
ENTRYPOINT ["/usr/bin/mqttsn-gateway"]
CMD ["run"]
