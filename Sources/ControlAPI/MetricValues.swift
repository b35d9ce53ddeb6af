package import ClusterVocabulary

/// Named numbers as a JSON object, ordered by name; `null` stands for a number that is not finite.
package struct MetricValues: Decodable, Hashable, Sendable, JSONWritable {
    /// The numbers by name.
    package var items: [Metric]

    /// Takes the numbers in their order.
    package init(_ items: [Metric] = []) {
        self.items = items
    }

    /// Takes numbers by name in their order.
    package init(named items: [(String, Double)]) {
        self.items = items.map { Metric($0.0, $0.1) }
    }

    /// Reads an object of numbers and nulls.
    package init(from decoder: any Decoder) throws {
        let values = try decoder.singleValueContainer().decode([String: Double?].self)
        items = values.map { Metric($0.key, $0.value ?? .nan) }.sorted { $0.name < $1.name }
    }

    /// The number with the given name; `nil` when there is none or it is not finite.
    package subscript(name: String) -> Double? {
        items.first { $0.name == name && $0.value.isFinite }?.value
    }

    /// Writes the object.
    package func write(into json: inout JSONText) {
        json.beginObject()
        for item in items {
            json.key(text: item.name)
            json.value(item.value)
        }
        json.endObject()
    }
}
