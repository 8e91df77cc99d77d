//! A retriever as a model of rig that reranks.

use std::error::Error;

use futures_util::stream;
use jacolbert::Retriever;
use rig_core::driver::{Exchange, Local, Model, Opened, Opening, Step, Transport};
use rig_core::error::ProviderError;
use rig_core::operation::{Rerank, RerankRequest};
use rig_core::rerank::{RerankResponse, RerankResult};

use crate::blocking::compute;

/// A model of rig that reranks in this process.
pub type RerankModel = Model<Local<Rerank>, LocalReranker>;

/// What computes a [`RerankModel`]; create one with [`rerank_model`].
#[derive(Clone, Debug)]
pub struct LocalReranker {
    retriever: Retriever,
}

/// A model of rig that orders texts by late interaction. All of them come back, best first.
///
/// The relevance score is [`Reranked::normalised_score`](jacolbert::Reranked::normalised_score), the mean cosine of the
/// tokens of the query, at most 1. It is no probability. The end of a text that is too long for the model is not read;
/// split such texts before.
///
/// ```no_run
/// use jacolbert::Retriever;
/// use rig_core::operation::RerankRequest;
///
/// # async fn rerank() -> Result<(), Box<dyn std::error::Error>> {
/// let model = jacolbert_rig::rerank_model(Retriever::from_dir("assets/mini")?);
/// let documents = vec!["海は広い。".into(), "富士山は高い。".into()];
/// let response = model.call(RerankRequest { query: "一番高い山は？".into(), documents }).await?;
/// assert_eq!(response.results[0].index, 1);
/// # Ok(())
/// # }
/// ```
pub fn rerank_model(retriever: Retriever) -> RerankModel {
    let mut wire = Local::new("jacolbert");
    if let Some(name) = model_name(&retriever) {
        wire = wire.with_id(name);
    }
    Model::new(wire, LocalReranker { retriever })
}

/// The name of the folder that the model comes from.
fn model_name(retriever: &Retriever) -> Option<String> {
    let folder = retriever.encoder().checkpoint()?.file_name()?;
    Some(folder.to_string_lossy().into_owned())
}

impl Transport<Local<Rerank>> for LocalReranker {
    fn send(&self, request: RerankRequest, _exchange: Exchange) -> Opening<Step<Rerank>> {
        let retriever = self.retriever.clone();
        Opening::new(async move {
            let response = compute(move || rerank(&retriever, &request))
                .await
                .map_err(|error| ProviderError::Provider(error.to_string()))??;
            Ok(Opened::new(stream::iter([Ok(Step::End(response))])))
        })
    }
}

fn rerank(retriever: &Retriever, request: &RerankRequest) -> Result<RerankResponse, ProviderError> {
    let best = retriever.reranker().rerank(&request.query, &request.documents);
    let best = best.map_err(|error| ProviderError::Provider(with_causes(&error)))?;
    let result = |text: jacolbert::Reranked| RerankResult {
        index: text.position,
        document: None,
        relevance_score: text.normalised_score.into(),
    };
    let mut response = RerankResponse::new(best.into_iter().map(result).collect());
    response.model = model_name(retriever);
    Ok(response)
}

/// The message of an error and those of its causes.
fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(&format!(": {error}"));
        cause = error.source();
    }
    text
}
