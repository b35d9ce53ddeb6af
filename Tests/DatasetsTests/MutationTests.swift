import Datasets
import Testing

/// Damaged input of every kind must end in a set that holds together or in a named problem.
struct MutationTests {
    /// One input and how it is read.
    struct Sample: CustomTestStringConvertible {
        var name: String
        var bytes: [UInt8]
        var labels: [UInt8]?
        var format: DataFormat
        var testDescription: String { name }
    }

    static let samples: [Sample] = {
        let table = Array(
            "a,\"b,c\",class\n1,2.5,x\n-3e2,\"4\",y\r\n0.12345678901234567,6,\"z\"\"\n\"\n".utf8,
        )
        let images = DatasetFixtures.idx([4, 2, 2], (0..<16).map { UInt8($0 * 16) })
        let labels = DatasetFixtures.idx([4], [1, 2, 1, 3])
        let array = DatasetFixtures.npy(
            "<f4", "(3, 3)", DatasetFixtures.floats([1, 2, 0, 3, 4, 1, 5, 6, 0]))
        var people = TableOptions(label: .index(-1), header: true)
        people.missing = ["?"]
        people.hasDecimalComma = true
        people.badRowLimit = 2
        people.weight = .index(0)
        let european = Array(
            "w;job;\"net pay\";class\n1;clerk;1,5;x\n2;\"a \"\"b\"\"\";?;y\n0,5;;-2e1;x\n".utf8)
        let sparse = Array("+1 1:0.5 7:2 # note\n-1 qid:3 2:-1e3\n\n+1 3:4 9:1\n".utf8)
        let archive = DatasetFixtures.zip([
            ("x", array),
            (
                "y",
                DatasetFixtures.npy(
                    "|u1", "(3,)", [0, 1, 0])
            ),
        ])
        return [
            Sample(name: "csv of texts", bytes: european, format: .table(people)),
            Sample(name: "libsvm", bytes: sparse, format: .libsvm(SparseOptions())),
            Sample(
                name: "libsvm gzip", bytes: DatasetFixtures.gzip(sparse),
                format: .libsvm(SparseOptions())),
            Sample(name: "npz", bytes: archive, format: .npz()),
            Sample(name: "npz gzip", bytes: DatasetFixtures.gzip(archive), format: .npz()),
            Sample(name: "csv", bytes: table, format: DatasetFixtures.classText),
            Sample(
                name: "csv gzip",
                bytes: DatasetFixtures.gzip(table),
                format: DatasetFixtures.classText,
            ),
            Sample(
                name: "csv by position",
                bytes: table,
                format: .csv(label: .index(-1), header: nil),
            ),
            Sample(name: "idx", bytes: images, labels: labels, format: .idx),
            Sample(
                name: "idx gzip",
                bytes: DatasetFixtures.gzip(images),
                labels: DatasetFixtures.gzip(labels),
                format: .idx,
            ),
            Sample(name: "idx labels", bytes: labels, labels: labels, format: .idx),
            Sample(name: "npy", bytes: array, format: .npy()),
            Sample(name: "npy gzip", bytes: DatasetFixtures.gzip(array), format: .npy()),
        ]
    }()

    private func mutate(_ bytes: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
        var changed = bytes
        let interesting: [UInt8] = [0, 1, 0x7F, 0x80, 0xFF] + Array("\n\r\",-.e".utf8)
        for _ in 0..<Int.random(in: 1...4, using: &generator) where !changed.isEmpty {
            let place = Int.random(in: 0..<changed.count, using: &generator)
            let byte = interesting[Int.random(in: 0..<interesting.count, using: &generator)]
            switch Int.random(in: 0..<6, using: &generator) {
            case 0: changed[place] = byte
            case 1: changed[place] = UInt8.random(in: 0...255, using: &generator)
            case 2: changed.insert(byte, at: place)
            case 3: changed.remove(at: place)
            case 4: changed.removeLast(changed.count - place)
            default: changed += changed[place...].prefix(20)
            }
        }
        return changed
    }

    @Test(arguments: samples)
    func neverTrapsAndNeverMakesABrokenSet(of sample: Sample) {
        var generator = SeededGenerator(state: 1)
        var limits = DataLimits()
        limits.maximumFeatureBytes = 64 << 20
        limits.maximumColumns = 1 << 16
        limits.maximumInflatedBytes = 64 << 20
        var refused = 0
        var accepted = 0
        for _ in 0..<2_000 {
            do throws(DataProblem) {
                let set = try DatasetFixtures.build(
                    mutate(sample.bytes, &generator),
                    labels: sample.labels,
                    sample.format,
                    limits: limits,
                )
                accepted += 1
                #expect(
                    set.schema.isSparse
                        ? set.rowStarts.count == set.rows + 1
                        : set.features.count == set.rows * set.featureCount)
                #expect(set.labels.count == set.rows)
                #expect(set.values.allSatisfy { $0.isFinite })
                let missing = set.features.filter { $0.isNaN }.count
                #expect(missing == set.schema.columns.reduce(0) { $0 + $1.missing })
                #expect(set.features.allSatisfy { !$0.isInfinite })
                #expect(Int(set.columnIndices.max() ?? 0) < max(set.featureCount, 1))
                #expect(set.labels.allSatisfy { set.classNames.indices.contains(Int($0)) })
            } catch {
                refused += 1
                #expect(!error.findings.isEmpty)
                #expect(error.total >= error.findings.count)
            }
        }
        #expect(refused > 0)
        #expect(accepted + refused == 2_000)
    }

    @Test func convertedSetsSurviveDamageToo() throws {
        let set = try DatasetFixtures.build("a,b,class\n1,2,x\n3,4,y\n")
        let bytes = SetFile.encode(set)
        var generator = SeededGenerator(state: 2)
        for _ in 0..<3_000 {
            let changed = mutate(bytes, &generator)
            let copy = UnsafeMutableRawBufferPointer.allocate(
                byteCount: changed.count,
                alignment: 64,
            )
            defer { copy.deallocate() }
            copy.copyBytes(from: changed)
            if let view = try? SetView(UnsafeRawBufferPointer(copy)) {
                let isFull = view.features.count == view.rows * view.featureCount
                #expect(view.sparse != nil || isFull)
                #expect(view.labels.allSatisfy { view.classNames.indices.contains(Int($0)) })
            }
        }
    }
}
