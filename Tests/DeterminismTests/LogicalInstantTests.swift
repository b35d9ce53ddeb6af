import Determinism
import Testing

struct LogicalInstantTests {
    @Test func addsAndSubtractsDurations() {
        let start = LogicalInstant(nanoseconds: 1_500_000_000)
        #expect(start + .seconds(2) == LogicalInstant(nanoseconds: 3_500_000_000))
        #expect(start - .milliseconds(2500) == LogicalInstant(nanoseconds: -1_000_000_000))
        #expect(start - .zero == Duration.milliseconds(1500))
        #expect(LogicalInstant.zero - start == .milliseconds(-1500))
        #expect(.zero < start)
        var moved = start
        moved += .nanoseconds(1)
        #expect(moved.nanoseconds == 1_500_000_001)
    }

    @Test func saturatesInsteadOfWrapping() {
        let last = LogicalInstant(nanoseconds: .max)
        let first = LogicalInstant(nanoseconds: .min)
        #expect(last + .nanoseconds(1) == last)
        #expect(first - .nanoseconds(1) == first)
        #expect(.zero + .seconds(Int64.max) == last)
        #expect(.zero - .seconds(Int64.max) == first)
        #expect(last - first == .nanoseconds(Int64.max) + .nanoseconds(Int64.max) + .nanoseconds(1))
    }
}
