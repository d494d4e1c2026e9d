package dev.retrovisor.guests;

import java.io.IOException;
import java.io.InputStream;
import java.net.Authenticator;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Opens http, https and file URLs, from the start or, where the server can, from further on. */
final class Transport implements AutoCloseable {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(20);
    private static final Duration HEADER_TIMEOUT = Duration.ofSeconds(60);
    private static final Pattern CONTENT_RANGE = Pattern.compile("bytes (\\d{1,18})-\\d+/(\\d{1,18}|\\*)");

    private final HttpClient client;

    Transport(Map<String, String> environment) {
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT_TIMEOUT)
                .followRedirects(HttpClient.Redirect.NORMAL)
                .proxy(new EnvironmentProxies(environment))
                .authenticator(new ProxyPasswords(environment))
                .build();
    }

    /**
     * What a server sends.
     *
     * @param startBytes where in the file {@code in} begins: what was asked for, or 0 where the server can't do that
     * @param fileBytesOrMinusOne the size that the server states for the whole file, -1 where it states none
     */
    record Body(InputStream in, long startBytes, long fileBytesOrMinusOne) {}

    /** Where there is no such file, or none that may be had. */
    static final class AbsentException extends IOException {
        private static final long serialVersionUID = 1L;

        AbsentException(String message) {
            super(message);
        }
    }

    Body open(URI uri, long startBytes) throws IOException {
        return switch (uri.getScheme()) {
            case "file" -> openFile(Path.of(uri.getPath()), startBytes);
            case "http", "https" -> openHttp(uri, startBytes);
            default -> throw new IllegalArgumentException("no transport for " + uri);
        };
    }

    private static Body openFile(Path file, long startBytes) throws IOException {
        try {
            InputStream in = Files.newInputStream(file);
            long fileBytes = Files.size(file);
            long reachedBytes = fileBytes > startBytes ? startBytes : 0;
            in.skipNBytes(reachedBytes);
            return new Body(in, reachedBytes, fileBytes);
        } catch (NoSuchFileException e) {
            throw new AbsentException("no such file");
        }
    }

    private Body openHttp(URI uri, long startBytes) throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri).timeout(HEADER_TIMEOUT);
        if (startBytes > 0) {
            request.header("Range", "bytes=" + startBytes + "-");
        }
        HttpResponse<InputStream> response;
        try {
            response = client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        int status = response.statusCode();
        if (status == 200) {
            return new Body(
                    response.body(),
                    0,
                    response.headers().firstValueAsLong("Content-Length").orElse(-1));
        }
        if (status == 206) {
            Matcher range = CONTENT_RANGE.matcher(
                    response.headers().firstValue("Content-Range").orElse(""));
            if (range.matches() && Long.parseLong(range.group(1)) == startBytes) {
                long fileBytes = range.group(2).equals("*") ? -1 : Long.parseLong(range.group(2));
                return new Body(response.body(), startBytes, fileBytes);
            }
        }
        response.body().close();
        if (startBytes > 0 && (status == 416 || status == 206)) {
            // The server has another idea of the file than the part that we hold: begin again.
            return openHttp(uri, 0);
        }
        if (status == 404 || status == 403 || status == 410) {
            throw new AbsentException("the server answers " + status);
        }
        throw new IOException("the server answers " + status);
    }

    @Override
    public void close() {
        client.shutdownNow();
    }

    /** The proxy that the environment names for a scheme, in lower case or upper case. */
    private static Optional<URI> proxy(Map<String, String> environment, String scheme) {
        String name = scheme + "_proxy";
        String value = environment.getOrDefault(name, environment.getOrDefault(name.toUpperCase(Locale.ROOT), ""));
        if (value.isBlank()) {
            return Optional.empty();
        }
        try {
            URI proxy = URI.create(value.contains("://") ? value.strip() : "http://" + value.strip());
            if (proxy.getHost() != null) {
                return Optional.of(proxy);
            }
        } catch (IllegalArgumentException e) {
            // Said below, with what is wrong and where.
        }
        throw new GuestException("%s=%s: not a proxy: write http://HOST:PORT or unset it".formatted(name, value));
    }

    /** http_proxy, https_proxy and no_proxy, as curl and apt read them. */
    private static final class EnvironmentProxies extends ProxySelector {
        private final Map<String, String> environment;

        EnvironmentProxies(Map<String, String> environment) {
            this.environment = environment;
        }

        @Override
        public List<Proxy> select(URI uri) {
            Optional<URI> proxy = isExcepted(uri.getHost()) ? Optional.empty() : proxy(environment, uri.getScheme());
            return List.of(proxy.map(p -> new Proxy(
                            Proxy.Type.HTTP, new InetSocketAddress(p.getHost(), p.getPort() < 0 ? 80 : p.getPort())))
                    .orElse(Proxy.NO_PROXY));
        }

        private boolean isExcepted(String host) {
            String list = environment.getOrDefault("no_proxy", environment.getOrDefault("NO_PROXY", ""));
            for (String entry : list.split("[,\\s]+")) {
                String domain = entry.replaceFirst("^\\*?\\.", "");
                if (entry.equals("*") || !domain.isEmpty() && (host.equals(domain) || host.endsWith("." + domain))) {
                    return true;
                }
            }
            return false;
        }

        @Override
        public void connectFailed(URI uri, SocketAddress address, IOException failure) {}
    }

    /** The user and password that stand in the proxy's URL. */
    private static final class ProxyPasswords extends Authenticator {
        private final Map<String, String> environment;

        ProxyPasswords(Map<String, String> environment) {
            this.environment = environment;
        }

        @Override
        protected PasswordAuthentication getPasswordAuthentication() {
            if (getRequestorType() != RequestorType.PROXY) {
                return null;
            }
            String scheme = getRequestingURL().getProtocol();
            String[] user =
                    proxy(environment, scheme).map(URI::getUserInfo).orElse("").split(":", 2);
            return user[0].isEmpty()
                    ? null
                    : new PasswordAuthentication(user[0], (user.length > 1 ? user[1] : "").toCharArray());
        }
    }
}
