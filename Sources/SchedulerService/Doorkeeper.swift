import AccessControl
import Determinism
import Synchronization

/// Decides which CURVE keys may connect at all, for every node socket of the scheduler.
///
/// Control and artifact sockets take the keys of enrolled nodes. The enrolment endpoint takes any
/// key, but only while a join token is out, and only so often from one address. The user id of a
/// connection is its public key: whose it is, is asked again for each message.
final class Doorkeeper: Sendable {
    /// The domain of the enrolment endpoint for other hosts.
    static let enrolment = "enrolment"
    /// The domain of the enrolment endpoint of this host, a socket in the state folder.
    static let localEnrolment = "local-enrolment"
    /// Connections of one address at once, then one in so many seconds.
    static let burst = 20
    static let secondsPerConnection = 1.0
    /// Addresses remembered.
    static let mostAddresses = 4_096

    private let access: AccessView
    private let limiter = Mutex(
        RateLimiter(
            burst: burst, perSecond: 1 / secondsPerConnection, mostClients: mostAddresses))
    private let start = ContinuousClock.now

    init(access: AccessView) {
        self.access = access
    }

    /// The user id of a connection, or `nil` to refuse it.
    func userID(ofKey key: String, address: String, domain: String) -> String? {
        if access.node(ofKey: key) != nil { return key }
        switch domain {
        case Doorkeeper.localEnrolment: return key
        case Doorkeeper.enrolment:
            let now = WallClock.milliseconds
            guard access.read({ $0.admitsStrangers(at: now) }) else { return nil }
            let instant = LogicalInstant.zero + (ContinuousClock.now - start)
            return limiter.withLock { $0.admits(address, at: instant) } ? key : nil
        default: return nil
        }
    }
}
