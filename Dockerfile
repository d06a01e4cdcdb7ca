# A node in a container: docker build -t wafer-node . && docker run -p 5555:5555 -p 5556:5556 -v wafer:/data wafer-node
FROM denoland/deno:2.9.5
WORKDIR /app
COPY . .
RUN deno install --quiet && deno cache node/main.ts && mkdir /data && chown deno:deno /data
USER deno
VOLUME /data
EXPOSE 5555 5556 5557
ENV WAFER_DATA=/data
HEALTHCHECK --interval=10s --start-period=5s \
  CMD ["deno", "eval", "if (!(await fetch('http://127.0.0.1:5555/readyz')).ok) Deno.exit(1)"]
# SIGTERM ends streams, finishes the open commit and exits with 0.
STOPSIGNAL SIGTERM
ENTRYPOINT ["deno", "run", "-A", "node/main.ts"]
