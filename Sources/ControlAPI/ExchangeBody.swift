package import ClusterVocabulary

/// Where the time of a training job went, as one member of each membership told.
package struct ExchangeBody: Decodable, Hashable, Sendable, JSONWritable {
    /// Rounds looked at.
    package var rounds: Int64
    /// Seconds in local steps.
    package var computeSeconds: Double
    /// Seconds in exchanges, waiting included.
    package var exchangeSeconds: Double
    /// Of those, seconds waiting for members that still computed.
    package var straggleSeconds: Double
    /// Of those, seconds waiting for the network.
    package var waitSeconds: Double
    /// Bytes one member gave to the others.
    package var bytesSent: Int64
    /// Bytes sent per second of exchange without straggling; `nil` without any.
    package var bytesPerSecond: Double?
    /// The share of time in local steps, 0 ... 1.
    package var goodput: Double

    /// The body of figures.
    package init(_ figures: ExchangeFigures) {
        rounds = figures.rounds
        computeSeconds = figures.computeSeconds
        exchangeSeconds = figures.exchangeSeconds
        straggleSeconds = figures.straggleSeconds
        waitSeconds = figures.waitSeconds
        bytesSent = figures.bytesSent
        let moving = figures.exchangeSeconds - figures.straggleSeconds
        bytesPerSecond =
            moving > 0 && figures.bytesSent > 0
            ? (Double(figures.bytesSent) / moving).finite : nil
        goodput = figures.goodput
    }

    /// Writes the body.
    package func write(into json: inout JSONText) {
        json.beginObject()
        json.field("rounds", rounds)
        json.field("computeSeconds", computeSeconds)
        json.field("exchangeSeconds", exchangeSeconds)
        json.field("straggleSeconds", straggleSeconds)
        json.field("waitSeconds", waitSeconds)
        json.field("bytesSent", bytesSent)
        json.field("bytesPerSecond", bytesPerSecond)
        json.field("goodput", goodput)
        json.endObject()
    }
}
