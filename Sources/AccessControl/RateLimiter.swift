package import Determinism

/// How often a client may ask: a bucket of tokens for each, filled again with time. A value.
package struct RateLimiter: Sendable {
    private struct Bucket {
        var tokens: Double
        var at: LogicalInstant
    }

    private let burst: Double
    private let perSecond: Double
    private let mostClients: Int
    private var buckets: [String: Bucket] = [:]

    /// At most `burst` questions at once from one client, then `perSecond`; of more than
    /// `mostClients` clients the ones with full buckets are forgotten first, and without such a one
    /// a new client is refused.
    package init(burst: Int, perSecond: Double, mostClients: Int) {
        self.burst = Double(burst)
        self.perSecond = perSecond
        self.mostClients = mostClients
    }

    /// Whether the client may ask now.
    package mutating func admits(_ client: String, at now: LogicalInstant) -> Bool {
        if buckets[client] == nil, buckets.count >= mostClients {
            buckets = buckets.filter { filled($0.value, now) < burst }
            guard buckets.count < mostClients else { return false }
        }
        var bucket = buckets[client] ?? Bucket(tokens: burst, at: now)
        bucket.tokens = filled(bucket, now)
        bucket.at = now
        let isAdmitted = bucket.tokens >= 1
        if isAdmitted { bucket.tokens -= 1 }
        buckets[client] = bucket
        return isAdmitted
    }

    /// How many clients are remembered.
    package var clientCount: Int { buckets.count }

    private func filled(_ bucket: Bucket, _ now: LogicalInstant) -> Double {
        let seconds =
            Double((now - bucket.at).components.seconds)
            + Double((now - bucket.at).components.attoseconds) * 1e-18
        return min(burst, bucket.tokens + seconds * perSecond)
    }
}
