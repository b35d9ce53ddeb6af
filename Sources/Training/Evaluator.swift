import LinearAlgebra

/// Measures a model on rows and predicts classes, always in chunks of 256 rows.
///
/// A short chunk is filled up with zero rows, so that the bits of a row's result do not depend on
/// how many rows are measured with it. One evaluator serves one thread at a time.
package final class Evaluator {
    /// Rows of a chunk.
    package static let chunkRows = 256

    /// Where parameters stand in their buffer.
    package let layout: ParameterLayout

    private let network: LayeredNetwork
    private let batch: BatchInput
    private let loss: BatchLoss

    /// An evaluator for models of this layout, with the standardization they were trained with.
    package init(layout: ParameterLayout, standardization: Standardization?) throws(TrainingRefusal)
    {
        if let columns = standardization?.mean.count, columns != layout.featureCount {
            throw .sizesDiffer(
                what: "standardization columns",
                expected: layout.featureCount,
                found: columns
            )
        }
        self.layout = layout
        network = LayeredNetwork(layout: layout, rows: Self.chunkRows, forTraining: false)
        loss = BatchLoss(
            layout.architecture.loss, outputs: layout.outputCount, rows: Self.chunkRows,
            classWeights: nil)
        batch = BatchInput(
            rows: Self.chunkRows,
            featureCount: layout.featureCount,
            standardization: standardization
        )
    }

    /// How many chunks this many rows make.
    package static func chunkCount(rows: Int) -> Int {
        (rows + chunkRows - 1) / chunkRows
    }

    /// Measures one chunk of the rows: `rows[256 * chunk ..< 256 * (chunk + 1)]`, or to the end.
    ///
    /// A pure function of its arguments. `parameters` holds `layout.valueCount` elements; the data
    /// has the layout's features and classes; row numbers are in the data. Weights do not count
    /// here: the loss is the plain mean.
    package func evaluate(
        _ data: TrainingData,
        rows: [UInt32],
        chunk: Int,
        parameters: UnsafePointer<Float>
    ) -> RoundScalars {
        precondition(
            data.featureCount == layout.featureCount && data.classCount == layout.classCount,
            "data and model differ in their sizes"
        )
        precondition(chunk >= 0 && chunk < Self.chunkCount(rows: rows.count), "no such chunk")
        let start = chunk * Self.chunkRows
        let count = min(Self.chunkRows, rows.count - start)
        for place in 0..<count {
            let row = rows[start + place]
            precondition(Int(row) < data.rows, "row outside the data")
            batch.rowNumbers[place] = row
        }
        batch.gather(from: data, count: count)
        let results = network.forward(
            values: UnsafeMutablePointer(mutating: parameters), input: batch.features.pointer,
            sparse: batch.sparse(data, count: count))
        let scores = loss.evaluate(results, batch, rows: count)
        return RoundScalars(lossSum: scores.lossSum, correct: scores.correct, samples: count)
    }

    /// Measures all rows: the sum of the chunks over the fixed tree.
    package func evaluate(
        _ data: TrainingData,
        rows: [UInt32],
        parameters: UnsafePointer<Float>
    ) -> RoundScalars {
        let chunks = (0..<Self.chunkCount(rows: rows.count)).map {
            evaluate(data, rows: rows, chunk: $0, parameters: parameters)
        }
        return RoundScalars.treeSum(chunks)
    }

    /// Predicts rows as they stand in memory: `features` is row-major [rows x featureCount].
    ///
    /// Writes the most likely class [rows] (0 where targets are numbers) and all scores, row-major
    /// [rows x layout.scoreCount]: probabilities, margins or the number, as the loss has it.
    package func predict(
        features: UnsafePointer<Float>,
        rows: Int,
        parameters: UnsafePointer<Float>,
        classes: UnsafeMutablePointer<Int32>,
        scores: UnsafeMutablePointer<Float>
    ) {
        var start = 0
        while start < rows {
            let count = min(Self.chunkRows, rows - start)
            for place in 0..<count { batch.rowNumbers[place] = UInt32(place) }
            batch.gatherFeatures(from: features + start * layout.featureCount, count: count)
            let results = network.forward(
                values: UnsafeMutablePointer(mutating: parameters), input: batch.features.pointer)
            ScoreConversion.write(
                results, rows: count, layout: layout, classes: classes + start,
                scores: scores + start * layout.scoreCount)
            start += count
        }
    }
}
