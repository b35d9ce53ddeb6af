import ClusterVocabulary
import Testing

@testable import Ledger

struct CurveTests {
    let folder: TemporaryFolder
    let store: LedgerStore

    init() throws {
        folder = try TemporaryFolder()
        store = try LedgerStore(path: folder.ledger)
    }

    private func point(
        _ round: Int64, name: String = "train.loss", attempt: UInt32 = 1, job: UInt64 = 1,
        value: Double? = nil
    ) -> CurvePoint {
        CurvePoint(
            job: JobID(job), attempt: attempt, round: round, epoch: round / 10, name: name,
            value: value ?? Double(round), at: 1_000 &+ round)
    }

    @Test func pointsComeBackInOrder() throws {
        let points = [
            point(3, name: "b"), point(1, name: "a"), point(2, name: "a"), point(1, attempt: 2),
            point(1, job: 2),
        ]
        try store.appendPoints(points)
        #expect(
            try store.curve(job: JobID(1)) == [points[1], points[2], points[0], points[3]])
        #expect(try store.curve(job: JobID(1), name: "a") == [points[1], points[2]])
        #expect(try store.curve(job: JobID(1), attempt: 2) == [points[3]])
        #expect(try store.counts().points == 5)
    }

    @Test func pointsSurviveReopening() throws {
        try store.appendPoints([point(1)])
        try store.close()
        #expect(try LedgerStore(path: folder.ledger).curve(job: JobID(1)) == [point(1)])
    }

    @Test func valuesThatAreNoNumbersAreKept() throws {
        try store.appendPoints([point(1, value: .nan), point(2, value: .infinity)])
        let values = try store.curve(job: JobID(1)).map(\.value)
        #expect(values[0].isNaN)
        #expect(values[1] == .infinity)
    }

    @Test func roundsDoneAgainAreKeptOnce() throws {
        try store.appendPoints([point(1), point(2), point(3)])
        try store.appendPoints([point(2), point(3), point(4)])
        #expect(try store.curve(job: JobID(1)).map(\.round) == [1, 2, 3, 4])
    }

    @Test func aLongCurveStaysBoundedAndEvenlySpaced() throws {
        for start in stride(from: 0, to: 20_000, by: 1_000) as StrideTo<Int64> {
            try store.appendPoints((start..<start + 1_000).map { point($0) })
            #expect(try store.counts().points <= CurveBounds.mostPointsPerSeries)
        }
        let rounds = try store.curve(job: JobID(1)).map(\.round)
        #expect(rounds.count > CurveBounds.mostPointsPerSeries / 4)
        #expect(rounds.first == 0)
        let distances = Set(zip(rounds, rounds.dropFirst()).map { $1 - $0 })
        #expect(distances == [64], "one resolution over the whole curve")
    }

    @Test func tooManySeriesPushOutTheOldestTry() throws {
        let most = CurveBounds.mostSeriesPerJob
        for attempt in 1...UInt32(most + 2) {
            try store.appendPoints([point(1, attempt: attempt), point(1, job: 2)])
        }
        let attempts = try store.curve(job: JobID(1)).map(\.attempt)
        #expect(attempts == Array(3...UInt32(most + 2)))
        #expect(try store.curve(job: JobID(2)).count == 1)
    }

    @Test func hostilePointsAreHarmless() throws {
        let long = String(repeating: "x", count: CurveBounds.longestName + 1)
        try store.appendPoints([
            point(.min), point(.max), point(0), point(1, job: 0), point(1, job: .max),
            point(1, name: long),
        ])
        #expect(try store.curve(job: JobID(1)).map(\.round) == [.min, .max])
        #expect(try store.counts().points == 2)
    }

    @Test func thinningEndsForAnyDistances() {
        let wide = (0..<600).map { Int64.min + Int64($0) * (1 << 53) }
        let stride = CurveBounds.coarserStride(than: 1, rounds: wide)
        #expect(CurveBounds.kept(wide, stride: stride).count <= 256)
    }

    private func rounds(
        _ numbers: Range<Int64>, of job: UInt64 = 1, by names: [String] = ["h1", "h-2"],
        attempt: UInt32 = 1
    ) -> AttemptRounds {
        AttemptRounds(
            attempt: AttemptID(job: JobID(job), number: attempt),
            computed: ComputedRounds(
                shares: names.enumerated().map {
                    .init(node: NodeID($1), firstReplica: $0, endReplica: $0 + 1)
                },
                rounds: numbers.map {
                    .init(number: $0, state: UInt64($0) << 60, deltas: [.max, UInt64(attempt)])
                }))
    }

    @Test func digestsOfRoundsComeBackByMembership() throws {
        let (first, second) = (rounds(0..<3), rounds(3..<9, by: ["h3"]))
        try store.appendRounds([first, rounds(0..<2, of: 2), second])
        #expect(
            try store.computedRounds(of: JobID(1)) == [first.computed, second.computed])
        // The newest try counts.
        let again = rounds(0..<2, attempt: 2)
        try store.appendRounds([again])
        let found = try store.computedRounds(of: JobID(1)).flatMap(\.rounds)
        #expect(found.prefix(2) == again.computed.rounds[...])
        #expect(found.count == 9)
        try store.close()
        let reopened = try LedgerStore(path: folder.ledger)
        #expect(try reopened.computedRounds(of: JobID(2)).flatMap(\.rounds).count == 2)
    }

    @Test func digestsOfOneJobAreBounded() throws {
        let most = Int64(ComputedRounds.mostDigests)
        try store.appendRounds([rounds(0..<most)])
        try store.appendRounds([rounds(most..<most + 1), rounds(0..<1, of: 2)])
        #expect(try store.computedRounds(of: JobID(1)).flatMap(\.rounds).count == Int(most))
        #expect(try store.computedRounds(of: JobID(2)).count == 1)
        // Long jobs keep every n-th round: at most so many digests, whatever the job.
        for (count, replicas) in [(1, 1), (93, 8), (18_750, 8), (1_000_000, 1_024), (7, 3)] {
            let stride = ComputedRounds.stride(rounds: Int64(count), replicas: replicas)
            let kept = (count + Int(stride) - 1) / Int(stride)
            #expect(kept * replicas <= ComputedRounds.mostDigests)
            #expect(count * replicas > ComputedRounds.mostDigests || stride == 1)
        }
    }

    @Test func deletedJobsLoseTheirCurves() throws {
        try store.appendPoints([point(1), point(1, job: 2)])
        try store.appendRounds([rounds(0..<3)])
        try store.removeCurves(of: [JobID(1)])
        #expect(try store.computedRounds(of: JobID(1)).isEmpty)
        #expect(try store.curve(job: JobID(1)).isEmpty)
        #expect(try store.counts().points == 1)
    }
}
