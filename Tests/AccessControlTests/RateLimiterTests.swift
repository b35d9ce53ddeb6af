import Determinism
import Testing

@testable import AccessControl

struct RateLimiterTests {
    private func instant(_ milliseconds: Int64) -> LogicalInstant {
        LogicalInstant(nanoseconds: milliseconds * 1_000_000)
    }

    @Test func aBurstPassesThenOneASecond() {
        var limiter = RateLimiter(burst: 3, perSecond: 1, mostClients: 10)
        let first = (0..<5).map { _ in limiter.admits("a", at: instant(0)) }
        #expect(first == [true, true, true, false, false])
        let halfway = limiter.admits("a", at: instant(500))
        let later = limiter.admits("a", at: instant(1_000))
        #expect(!halfway)
        #expect(later)
        let other = limiter.admits("b", at: instant(1_000))
        #expect(other)
    }

    @Test func memoryIsBoundedAndFillsUpAgain() {
        var limiter = RateLimiter(burst: 1, perSecond: 1, mostClients: 2)
        let answers = ["a", "b", "c"].map { limiter.admits($0, at: instant(0)) }
        #expect(answers == [true, true, false])
        #expect(limiter.clientCount == 2)
        // A second later both are as if they had never asked.
        let later = limiter.admits("c", at: instant(1_000))
        #expect(later)
        #expect(limiter.clientCount == 1)
    }
}
