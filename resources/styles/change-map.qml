<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>
<qgis version="3.22.0" styleCategories="Symbology">
  <!-- Percent of change: pale yellow to dark red (ColorBrewer YlOrRd, legible for the colour-blind),
       the less the more transparent, nothing below 30. -->
  <pipe>
    <rasterrenderer type="singlebandpseudocolor" band="1" alphaBand="-1" opacity="1" nodataColor="" classificationMin="0" classificationMax="100">
      <minMaxOrigin>
        <limits>None</limits>
        <extent>WholeRaster</extent>
        <statAccuracy>Estimated</statAccuracy>
      </minMaxOrigin>
      <rastershader>
        <colorrampshader colorRampType="INTERPOLATED" classificationMode="1" clip="0" minimumValue="0" maximumValue="100" labelPrecision="0">
          <item value="0" label="0" color="#ffffcc" alpha="0"/>
          <item value="30" label="30" color="#ffeda0" alpha="0"/>
          <item value="45" label="45" color="#fecc5c" alpha="100"/>
          <item value="60" label="60" color="#fd8d3c" alpha="150"/>
          <item value="80" label="80" color="#e31a1c" alpha="160"/>
          <item value="100" label="100" color="#800026" alpha="165"/>
          <rampLegendSettings useContinuousLegend="1" suffix=" %" prefix="" orientation="2" direction="0" minimumLabel="" maximumLabel=""/>
        </colorrampshader>
      </rastershader>
    </rasterrenderer>
    <brightnesscontrast gamma="1" contrast="0" brightness="0"/>
    <huesaturation saturation="0" grayscaleMode="0" colorizeOn="0"/>
    <rasterresampler zoomedInResampler="bilinear" maxOversampling="2"/>
    <resamplingStage>resamplingFilter</resamplingStage>
  </pipe>
  <blendMode>0</blendMode>
</qgis>
