/// Streams the values of an IDX or NPY file into a collector.
struct ArrayReader {
    private static let chunkValues = 1 << 16

    /// Where the class of a row comes from.
    enum Content {
        /// Every value is a feature.
        case features
        /// Every value is a label.
        case labels
        /// The last value of a row is its label, those before are features.
        case featuresAndLabel
    }

    private var source: ByteSource
    private let header: ArrayHeader
    private let featureNames: [String]
    private let findings = FindingList()

    private let target: TargetKind

    init(
        _ source: ByteSource, header: ArrayHeader, featureNames: [String], target: TargetKind
    ) {
        self.target = target
        self.source = source
        self.header = header
        self.featureNames = featureNames
    }

    private var file: DataFileRole { source.file }

    /// Reads every value behind the header.
    mutating func read(
        _ content: Content,
        dividedBy divisor: Float,
        into collector: RowCollector,
    ) throws(DataProblem) {
        try requireSize(known: source.knownRemaining)
        let featureWidth: Int
        switch content {
        case .features: featureWidth = header.rowWidth
        case .labels: featureWidth = 0
        case .featuresAndLabel: featureWidth = header.rowWidth - 1
        }
        // Cannot overflow: it is at most the number of values, which ArrayHeader checked.
        guard collector.hasRoom(forValues: header.rows * featureWidth) else {
            throw RowCollector.tooLarge(in: file, limits: collector.limits)
        }
        let rowBytes = header.rowWidth * header.element.byteCount
        let rowsPerChunk = max(1, Self.chunkValues / max(header.rowWidth, 1))
        let raw = UnsafeMutableRawBufferPointer.allocate(
            byteCount: min(rowsPerChunk, header.rows) * rowBytes,
            alignment: 64,
        )
        let values = UnsafeMutableBufferPointer<Float>.allocate(
            capacity: rowsPerChunk * header.rowWidth)
        values.initialize(repeating: 0)
        defer {
            raw.deallocate()
            values.deallocate()
        }
        var row = 0
        while row < header.rows {
            let count = min(rowsPerChunk, header.rows - row)
            let wanted = UnsafeMutableRawBufferPointer(rebasing: raw[0..<count * rowBytes])
            let gained = try source.read(into: wanted)
            guard gained == wanted.count else {
                throw truncated(hasBytes: row * rowBytes + gained)
            }
            if featureWidth > 0 || target == .number {
                header.element.convert(
                    UnsafeRawBufferPointer(wanted),
                    dividedBy: divisor,
                    into: values.baseAddress.unsafelyUnwrapped,
                )
            }
            if featureWidth > 0 {
                try append(values, from: row, count: count, width: featureWidth, collector)
            }
            if content != .features {
                try appendLabels(
                    UnsafeRawBufferPointer(wanted), values, from: row, count: count, collector)
            }
            row += count
        }
        try findings.throwIfAny()
        try requireEnd()
    }

    private mutating func append(
        _ values: UnsafeMutableBufferPointer<Float>,
        from firstRow: Int,
        count: Int,
        width: Int,
        _ collector: RowCollector,
    ) throws(DataProblem) {
        for row in 0..<count {
            let start = row * header.rowWidth
            for column in 0..<width where !values[start + column].isFinite {
                findings.add(
                    DataFinding(
                        kind: .notFinite,
                        file: file,
                        line: nil,
                        column: featureNames[column],
                        found: "row \(firstRow + row) (from 0) is \(values[start + column])",
                        cure: "replace NaN, infinite and too large values or remove the row",
                    ))
            }
            try collector.addFeatures(
                UnsafeBufferPointer(rebasing: values[start..<start + width]), rows: 1, in: file)
        }
    }

    private mutating func appendLabels(
        _ raw: UnsafeRawBufferPointer,
        _ values: UnsafeMutableBufferPointer<Float>,
        from firstRow: Int,
        count: Int,
        _ collector: RowCollector,
    ) throws(DataProblem) {
        for row in 0..<count {
            let position = row * header.rowWidth + header.rowWidth - 1
            let place = "row \(firstRow + row) (from 0): "
            if target == .number {
                if !values[position].isFinite {
                    findings.add(
                        DataFinding(
                            kind: .notFinite, file: file, line: nil, column: nil,
                            found: "\(place)the number to predict is \(values[position])",
                            cure: "replace it by a number or remove the row"))
                }
                try collector.add(values[position], to: .targets, in: file)
                continue
            }
            guard let value = header.element.integer(raw, at: position) else {
                findings.add(
                    DataFinding(
                        kind: .labelNotInteger,
                        file: file,
                        line: nil,
                        column: nil,
                        found: "\(place)the label is not an integer",
                        cure: "save labels as integers; for numbers to predict say target: number",
                    ))
                continue
            }
            let outcome = collector.classes.index(ofInteger: value)
            if case .index(let index) = outcome {
                try collector.add(index, to: .labels, in: file)
            } else if let finding = collector.finding(
                for: outcome,
                label: String(value),
                file: file,
                line: nil,
                column: nil,
                place: place,
            ) {
                findings.add(finding)
            }
        }
    }

    // MARK: Sizes

    private func requireSize(known remaining: Int?) throws(DataProblem) {
        guard header.rows > 0 else {
            throw DataProblem(
                .noRows,
                in: file,
                found: "the header counts 0 rows",
                cure: "name a file with data in it",
            )
        }
        guard let remaining else { return }
        if remaining < header.byteCount {
            throw truncated(hasBytes: remaining)
        }
        if remaining > header.byteCount {
            throw trailing("\(remaining - header.byteCount) bytes")
        }
    }

    private mutating func requireEnd() throws(DataProblem) {
        if try !source.readBytes(1).isEmpty {
            throw trailing("more bytes")
        }
    }

    private func truncated(hasBytes: Int) -> DataProblem {
        DataProblem(
            .truncated,
            in: file,
            found: "\(hasBytes) bytes of values, \(header.shapeText) needs \(header.byteCount)",
            cure: "the file was cut off; copy or download it again",
        )
    }

    private func trailing(_ amount: String) -> DataProblem {
        DataProblem(
            .trailingBytes,
            in: file,
            found: "\(amount) follow the \(header.byteCount) bytes of \(header.shapeText) values",
            cure: "the header does not belong to the values; write the file again",
        )
    }
}
