import Glibc
import LinearAlgebra
import Testing

@Suite struct KernelTests {
    private func numbers(_ count: Int, salt: Int) -> [Float] {
        (0..<count).map { index in
            let mixed = (index &* 7919 &+ salt &* 104_729) % 2003
            return mixed % 11 == 0 ? 1e-33 : Float(mixed) / 500 - 2
        }
    }

    @Test func rectifierAgreesWithTheReferenceBitForBit() {
        for rows in 1...9 {
            for columns in 1...35 {
                let bias = numbers(columns, salt: 1)
                let before = numbers(rows * columns, salt: 2)
                var matrix = before
                LayerKernels.addBiasAndRectify(
                    &matrix,
                    bias: bias,
                    rows: rows,
                    columns: columns
                )
                #expect(matrix == ReferenceKernels.addBiasAndRectify(before, bias: bias))

                let gradientBefore = numbers(rows * columns, salt: 3)
                var gradient = gradientBefore
                var sums = [Float](repeating: 9, count: columns)
                LayerKernels.rectifyBackward(
                    gradient: &gradient,
                    activation: matrix,
                    columnSums: &sums,
                    rows: rows,
                    columns: columns
                )
                let expected = ReferenceKernels.rectifyBackward(
                    gradient: gradientBefore,
                    activation: matrix
                )
                #expect(gradient == expected)
                #expect(sums == ReferenceKernels.columnSums(expected, columns: columns))

                LayerKernels.columnSums(before, into: &sums, rows: rows, columns: columns)
                #expect(sums == ReferenceKernels.columnSums(before, columns: columns))

                var shifted = before
                LayerKernels.addBias(&shifted, bias: bias, rows: rows, columns: columns)
                #expect(shifted == before.indices.map { before[$0] + bias[$0 % columns] })
            }
        }
    }

    @Test func rectifierKeepsNotANumber() {
        var matrix: [Float] = [.nan, -1]
        LayerKernels.addBiasAndRectify(&matrix, bias: [0, 0], rows: 1, columns: 2)
        #expect(matrix[0].isNaN)
        #expect(matrix[1] == 0)
    }

    @Test func updatesAgreeWithTheReferenceBitForBit() {
        for count in 0...70 {
            let gradient = numbers(count, salt: 4)
            let oldParameters = numbers(count, salt: 5)
            let oldVelocity = numbers(count, salt: 6)
            var parameters = oldParameters
            var velocity = oldVelocity
            VectorKernels.momentumStep(
                parameters: &parameters,
                velocity: &velocity,
                gradient: gradient,
                count: count,
                learningRate: 0.07,
                momentum: 0.9
            )
            let expected = ReferenceKernels.momentumStep(
                parameters: oldParameters,
                velocity: oldVelocity,
                gradient: gradient,
                learningRate: 0.07,
                momentum: 0.9
            )
            #expect(parameters == expected.parameters)
            #expect(velocity == expected.velocity)

            parameters = oldParameters
            VectorKernels.plainStep(
                parameters: &parameters,
                gradient: gradient,
                count: count,
                learningRate: 0.07
            )
            let plain = zip(oldParameters, gradient).map { $0.addingProduct(-0.07, $1) }
            #expect(parameters == plain)

            VectorKernels.subtract(oldParameters, gradient, into: &velocity, count: count)
            #expect(velocity == zip(oldParameters, gradient).map { $0 - $1 })
        }
    }

    @Test func anIdleVelocityBecomesZeroInsteadOfSubnormal() {
        var parameters: [Float] = [1]
        var velocity: [Float] = [1e-29]
        for _ in 0..<100 {
            VectorKernels.momentumStep(
                parameters: &parameters,
                velocity: &velocity,
                gradient: [0],
                count: 1,
                learningRate: 0.1,
                momentum: 0.9
            )
        }
        #expect(velocity == [0])
    }

    @Test func gatherAgreesWithTheReferenceBitForBit() {
        for columns in 1...35 {
            let source = numbers(20 * columns, salt: 7)
            let mean = numbers(columns, salt: 8)
            let inverse = numbers(columns, salt: 9)
            let indices: [UInt32] = [19, 0, 7, 7, 3]
            var output = [Float](repeating: 0, count: indices.count * columns)
            indices.withUnsafeBufferPointer {
                GatherKernels.standardizedRows(
                    of: source,
                    columns: columns,
                    indices: $0,
                    mean: mean,
                    inverseDeviation: inverse,
                    into: &output
                )
            }
            let expected = ReferenceKernels.standardizedRows(
                of: source,
                columns: columns,
                indices: indices,
                mean: mean,
                inverseDeviation: inverse
            )
            #expect(output == expected)
            indices.withUnsafeBufferPointer {
                GatherKernels.rows(of: source, columns: columns, indices: $0, into: &output)
            }
            let copied = indices.flatMap { row in
                source[(Int(row) * columns)..<(Int(row) * columns + columns)]
            }
            #expect(output == copied)
        }
    }

    @Test func softmaxAgreesWithDoublePrecision() {
        for rows in 1...5 {
            for classes in 2...21 {
                let logits = numbers(rows * classes, salt: rows).map { $0 * 4 }
                let labels = (0..<rows).map { Int32(($0 * 5 + 1) % classes) }
                let scale = 1 / Float(rows)
                var gradient = logits
                let scores = SoftmaxKernels.crossEntropyGradient(
                    logits: &gradient,
                    labels: labels,
                    rows: rows,
                    classes: classes,
                    scale: scale
                )
                var probabilities = logits
                var best = [Int32](repeating: -1, count: rows)
                SoftmaxKernels.probabilities(
                    logits: &probabilities,
                    classes: classes,
                    rows: rows,
                    best: &best
                )
                var loss = 0.0
                var correct = 0
                for row in 0..<rows {
                    let line = logits[(row * classes)..<((row + 1) * classes)].map { Double($0) }
                    let sum = line.reduce(0) { $0 + Glibc.exp($1) }
                    let label = Int(labels[row])
                    loss += Glibc.log(sum) - line[label]
                    let largest = line.max().flatMap { line.firstIndex(of: $0) }
                    correct += largest == label ? 1 : 0
                    #expect(largest == Int(best[row]))
                    for index in 0..<classes {
                        let probability = Glibc.exp(line[index]) / sum
                        let found = Double(probabilities[row * classes + index])
                        #expect(abs(found - probability) < 1e-6)
                        let expected = (probability - (index == label ? 1 : 0)) * Double(scale)
                        #expect(abs(Double(gradient[row * classes + index]) - expected) < 1e-6)
                    }
                }
                #expect(abs(scores.lossSum - loss) < 1e-5 * Double(rows))
                #expect(scores.correct == correct)
            }
        }
    }

    @Test func theFirstOfEqualLogitsWins() {
        for (label, expected) in [(Int32(0), 0), (1, 1), (2, 0)] {
            var logits: [Float] = [1, 3, 3]
            let scores = SoftmaxKernels.crossEntropyGradient(
                logits: &logits,
                labels: [label],
                rows: 1,
                classes: 3,
                scale: 1
            )
            #expect(scores.correct == expected)
        }
    }

    @Test(arguments: [Float.nan, .infinity])
    func divergedLogitsGiveALossThatIsNotFinite(bad: Float) {
        for place in 0..<3 {
            var logits: [Float] = [1, 2, 3]
            logits[place] = bad
            let scores = SoftmaxKernels.crossEntropyGradient(
                logits: &logits,
                labels: [1],
                rows: 1,
                classes: 3,
                scale: 1
            )
            #expect(!scores.lossSum.isFinite)
        }
    }

    @Test func buffersAreAlignedAndZero() {
        for count in [0, 1, 17, 1000] {
            let buffer = FloatBuffer(count: count)
            #expect(UInt(bitPattern: buffer.pointer) % 64 == 0)
            #expect(buffer.elements.allSatisfy { $0 == 0 })
            #expect(buffer.elements.count == count)
        }
    }
}
