import Datasets
import Testing

struct GzipTests {
    private let plain = Array("a,class\n1,x\n2,y\n".utf8)

    private func problem(_ bytes: [UInt8], limits: DataLimits = DataLimits()) -> DataProblem? {
        DatasetFixtures.problem { () throws(DataProblem) in
            try DatasetFixtures.build(bytes, DatasetFixtures.classText, limits: limits)
        }
    }

    @Test func joinsMembersAndIgnoresZeroPadding() throws {
        let bytes =
            DatasetFixtures.gzip(Array(plain[..<9])) + DatasetFixtures.gzip(Array(plain[9...]))
            + [0, 0, 0]
        let set = try DatasetFixtures.build(bytes, DatasetFixtures.classText)
        #expect(set.features == [1, 2])
    }

    @Test func refusesEveryTruncation() {
        let bytes = DatasetFixtures.gzip(plain)
        for length in 2..<bytes.count {
            #expect(problem(Array(bytes[..<length]))?.kind == .truncatedGzip)
        }
    }

    @Test func refusesDamageAndTrailingBytes() {
        var bytes = DatasetFixtures.gzip(plain)
        #expect(problem(bytes + [7])?.kind == .damagedGzip)
        bytes[bytes.count - 6] ^= 1
        #expect(problem(bytes)?.kind == .damagedGzip)
    }

    @Test func stopsAtTheBoundOnExpansion() {
        var limits = DataLimits()
        limits.maximumInflatedBytes = plain.count
        #expect(problem(DatasetFixtures.gzip(plain), limits: limits) == nil)
        limits.maximumInflatedBytes -= 1
        #expect(problem(DatasetFixtures.gzip(plain), limits: limits)?.kind == .tooLarge)
    }
}
