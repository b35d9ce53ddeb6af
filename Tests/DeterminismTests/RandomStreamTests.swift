import Determinism
import Testing

struct RandomStreamTests {
    @Test func streamsKeepTheirBits() {
        let words = (0..<4096).map {
            RandomStream(seed: 7, purpose: .dropout).word(at: UInt64($0), lane: 3)
        }
        let wordsDigest = words.withUnsafeBytes { FastDigest.of($0) }
        #expect(wordsDigest.description == "bc56d0a14090d322661fdf9d8404c950")
        var weights = [Float](repeating: 0, count: 4099)
        weights.withUnsafeMutableBufferPointer {
            RandomStream(seed: 7, purpose: .initialization)
                .fillUniform($0, lane: 1, low: -0.1, high: 0.3)
        }
        let weightsDigest = weights.withUnsafeBytes { FastDigest.of($0) }
        #expect(weightsDigest.description == "365be45b455b21694a0420672b9fcacc")
    }

    @Test func seedPurposeLaneAndCounterAllMatter() {
        let stream = RandomStream(seed: 1, purpose: .shuffle)
        let word = stream.word(at: 5, lane: 0)
        #expect(word == RandomStream(seed: 1, purpose: .shuffle).word(at: 5, lane: 0))
        #expect(word != RandomStream(seed: 2, purpose: .shuffle).word(at: 5, lane: 0))
        #expect(word != RandomStream(seed: 1 << 32 | 1, purpose: .shuffle).word(at: 5, lane: 0))
        #expect(word != RandomStream(seed: 1, purpose: .split).word(at: 5, lane: 0))
        #expect(word != stream.word(at: 6, lane: 0))
        #expect(word != stream.word(at: 5 + 1 << 34, lane: 0))
        #expect(word != stream.word(at: 5, lane: 1))
    }

    @Test(arguments: [0, 1, 3, 4, 5, 1001])
    func fillingIsTheFunctionOfTheElementIndex(count: Int) {
        let stream = RandomStream(seed: 11, purpose: .initialization)
        var filled = [Float](repeating: .nan, count: count)
        filled.withUnsafeMutableBufferPointer {
            stream.fillUniform($0, lane: 2, low: -1, high: 0.7)
        }
        let low: Float = -1
        let high: Float = 0.7
        for index in 0..<count {
            let unit = stream.uniform(at: UInt64(index), lane: 2)
            #expect(filled[index].bitPattern == low.addingProduct(unit, high - low).bitPattern)
        }
    }

    @Test func uniformNumbersFillTheUnitIntervalEvenly() {
        let stream = RandomStream(seed: 3, purpose: .initialization)
        var sum = 0.0
        var bins = [Int](repeating: 0, count: 16)
        let draws = 65_536
        for index in 0..<draws {
            let value = stream.uniform(at: UInt64(index), lane: 0)
            #expect(value >= 0 && value < 1)
            sum += Double(value)
            bins[Int(value * 16)] += 1
        }
        #expect(abs(sum / Double(draws) - 0.5) < 0.005)
        // 4096 expected in each bin, standard deviation 62.
        #expect(bins.allSatisfy { abs($0 - 4096) < 310 })
    }
}
